// Program wget stands in for busybox's in images that are built from nothing: it
// asks for a URL and ends with 0 if the answer is 200.
package main

import (
	"net/http"
	"os"
	"time"
)

func main() {
	client := http.Client{Timeout: 4 * time.Second}
	response, err := client.Get(os.Args[len(os.Args)-1])
	if err != nil || response.StatusCode != http.StatusOK {
		os.Exit(1)
	}
}
