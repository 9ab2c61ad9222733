// Command obsboot bootstraps observability from one spec of services and SLIs.
package main

import (
	"os"

	"github.com/obsboot/obsboot/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
