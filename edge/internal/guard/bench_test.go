package guard_test

import (
	"testing"

	"github.com/fingerpost/fingerpost/edge/internal/guard"
)

// heads are what clients send every day.
var heads = map[string]string{
	"shortest": "GET /code123 HTTP/1.1\r\nHost: a.example\r\n\r\n",
	"browser": "GET /code123?utm_source=mail HTTP/1.1\r\nHost: a.example\r\nConnection: keep-alive\r\nUpgrade-Insecure-Requests: 1\r\n" +
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36\r\n" +
		"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n" +
		"Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\nReferer: https://news.example/\r\n" +
		"Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en-GB,en;q=0.9,de;q=0.8\r\n\r\n",
}

func BenchmarkHead(b *testing.B) {
	for name, head := range heads {
		b.Run(name, func(b *testing.B) {
			raw := []byte(head)
			b.ReportAllocs()
			b.SetBytes(int64(len(raw)))
			for b.Loop() {
				if n, _ := guard.Head(raw); n != len(raw) {
					b.Fatal("refused")
				}
			}
		})
	}
}

func TestNoAllocations(t *testing.T) {
	for name, head := range heads {
		raw := []byte(head)
		if n := testing.AllocsPerRun(1000, func() { guard.Head(raw) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
