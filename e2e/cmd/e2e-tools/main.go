// Program e2e-tools builds the servers for the tests in e2e, and prints where each is.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/obsboot/obsboot/e2e/tools"
)

func main() {
	binaries, err := tools.Build(context.Background(), func(text string) { fmt.Fprintln(os.Stderr, text) })
	if err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(2)
	}
	for _, name := range tools.Names() {
		fmt.Println(name, binaries[name])
	}
}
