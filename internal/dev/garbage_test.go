package dev_test

import (
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"
)

// throw sends garbage, and beginnings of what would be right, to addresses.
func throw(t testing.TB, length time.Duration, addresses ...string) {
	t.Helper()
	beginnings := []string{
		"", "GET / HTTP/1.1\r\nHost: localhost\r\n", "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\nContent-Length: 100000\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00", "POST /v1/logs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n",
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
	}
	var workers sync.WaitGroup
	for i, address := range addresses {
		workers.Go(func() {
			random, end := rand.New(rand.NewPCG(uint64(i), 1)), time.Now().Add(length)
			for time.Now().Before(end) {
				conn, err := net.DialTimeout("tcp", address, 5*time.Second)
				if err != nil {
					t.Errorf("%s does not answer: %v", address, err)
					return
				}
				garbage := make([]byte, random.IntN(4000))
				for k := range garbage {
					garbage[k] = byte(random.Uint32())
				}
				_, _ = conn.Write(append([]byte(beginnings[random.IntN(len(beginnings))]), garbage...))
				_ = conn.Close()
			}
		})
	}
	workers.Wait()
}
