// A little Markdown: what generated runbooks use. It makes elements from text and never
// HTML from it.
import type { ComponentChildren } from 'preact';

export function Markdown({ text }: { text: string }) {
  return <>{blocks(text.replace(/<!--[\s\S]*?-->/g, '').split('\n'))}</>;
}

function blocks(lines: string[]): ComponentChildren[] {
  const out: ComponentChildren[] = [];
  for (let i = 0; i < lines.length;) {
    const line = lines[i];
    const heading = /^(#{1,4})\s+(.*)$/.exec(line);
    if (/^```/.test(line)) {
      const end = lines.findIndex((l, k) => k > i && /^```/.test(l));
      const stop = end < 0 ? lines.length : end;
      out.push(<pre>{lines.slice(i + 1, stop).join('\n')}</pre>);
      i = stop + 1;
    } else if (heading) {
      const Tag = `h${heading[1].length}` as 'h1';
      out.push(<Tag>{inline(heading[2])}</Tag>);
      i++;
    } else if (/^\s*([-*]|\d+\.)\s+/.test(line)) {
      const items: string[] = [];
      const ordered = /^\s*\d/.test(line);
      for (; i < lines.length && lines[i].trim() !== ''; i++) {
        if (/^\s*([-*]|\d+\.)\s+/.test(lines[i])) items.push(lines[i].replace(/^\s*([-*]|\d+\.)\s+/, ''));
        else items[items.length - 1] += ' ' + lines[i].trim();
      }
      const children = items.map((item) => <li>{inline(item)}</li>);
      out.push(ordered ? <ol>{children}</ol> : <ul>{children}</ul>);
    } else if (/^\|/.test(line)) {
      const rows: string[][] = [];
      for (; i < lines.length && /^\|/.test(lines[i]); i++) rows.push(lines[i].replace(/^\||\|\s*$/g, '').split(/(?<!\\)\|/).map((c) => c.trim()));
      out.push(<table><thead><tr>{rows[0].map((c) => <th>{inline(c)}</th>)}</tr></thead><tbody>{rows.slice(2).map((r) => <tr>{r.map((c) => <td>{inline(c)}</td>)}</tr>)}</tbody></table>);
    } else if (line.trim() === '') {
      i++;
    } else {
      const start = i;
      while (i < lines.length && lines[i].trim() !== '' && (i === start || !/^(#|```|\||\s*([-*]|\d+\.)\s)/.test(lines[i]))) i++;
      out.push(<p>{inline(lines.slice(start, i).join(' '))}</p>);
    }
  }
  return out;
}

function inline(text: string): ComponentChildren[] {
  const out: ComponentChildren[] = [];
  let rest = text;
  while (rest) {
    const found = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)|<(https?:[^>\s]+)>/.exec(rest);
    if (!found) return [...out, plain(rest)];
    out.push(plain(rest.slice(0, found.index)));
    if (found[1] !== undefined) out.push(<code>{found[1]}</code>);
    else if (found[2] !== undefined) out.push(<strong>{plain(found[2])}</strong>);
    else out.push(link(found[4] ?? found[5], found[3] ?? found[5]));
    rest = rest.slice(found.index + found[0].length);
  }
  return out;
}

const plain = (text: string) => text.replace(/\\([\\`*_{}[\]()#+\-.!<>|])/g, '$1').replace(/&(amp|lt|gt|quot);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[name] ?? '');

// Link leads within this page, or with a word of warning to another host.
function link(url: string, text: string) {
  const local = url.startsWith(location.origin + '/') ? url.slice(location.origin.length) : url;
  if (local.startsWith('/') && !local.startsWith('//')) return <a href={local}>{plain(text)}</a>;
  if (/^https?:\/\//.test(url)) return <a href={url} target="_blank" rel="noreferrer noopener">{plain(text)}</a>;
  return <>{plain(text)}</>;
}
