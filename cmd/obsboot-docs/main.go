// Command obsboot-docs writes the man pages of obsboot, for packages of a release:
//
//	go run ./cmd/obsboot-docs FOLDER
//
// Their date is SOURCE_DATE_EPOCH (seconds since 1970), or the beginning of 1970.
package main

import (
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/obsboot/obsboot/internal/cli"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(2)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("name the folder, and nothing else: obsboot-docs FOLDER")
	}
	seconds := int64(0)
	if text := os.Getenv("SOURCE_DATE_EPOCH"); text != "" {
		var err error
		if seconds, err = strconv.ParseInt(text, 10, 64); err != nil {
			return fmt.Errorf("SOURCE_DATE_EPOCH is not a number of seconds: %w", err)
		}
	}
	return cli.WriteManPages(args[0], time.Unix(seconds, 0).UTC())
}
