import { defineConfig } from 'vite';

// The names of the files do not change with their content, so that a difference in the
// repository shows what changed; the server sends them with an ETag.
export default defineConfig({
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
  build: {
    target: 'es2022', outDir: 'dist', emptyOutDir: true, modulePreload: false, cssCodeSplit: false,
    rollupOptions: { output: { entryFileNames: 'assets/page.js', chunkFileNames: 'assets/[name].js', assetFileNames: 'assets/[name][extname]' } },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8888' } },
});
