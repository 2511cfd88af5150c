package conservation

import (
	"sync/atomic"

	"github.com/fingerpost/fingerpost/bench/load"
)

// entry is what clients know of one link.
type entry struct {
	code, target string

	received atomic.Uint64 // redirects whose answer arrived: each must be counted
	open     atomic.Uint64 // requests without an answer: each may be counted
	refused  atomic.Uint64 // answered otherwise: none is counted
	wrong    atomic.Uint64 // redirected elsewhere
}

// book enters what came of a request.
func (e *entry) book(a *load.Answer, err error) {
	switch {
	case err != nil:
		e.open.Add(1)
	case a.Status != 302:
		e.refused.Add(1)
	default:
		e.received.Add(1)
		if string(a.Location) != e.target {
			e.wrong.Add(1)
		}
	}
}

// agents ask: people with browsers, one who does not want to be tracked, and
// programs. All of them count.
func agents() []string {
	return []string{
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36\r\nReferer: https://news.example/a\r\n",
		"User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1\r\nAccept-Language: de-DE,de;q=0.9\r\n",
		"User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0\r\nDNT: 1\r\n",
		"User-Agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)\r\n",
		"User-Agent: curl/8.16.0\r\n",
	}
}

// request appends a GET of the link.
func (e *entry) request(buf []byte, agent, query string) []byte {
	buf = append(buf, "GET /"...)
	buf = append(buf, e.code...)
	buf = append(buf, query...)
	buf = append(buf, " HTTP/1.1\r\nHost: localhost\r\n"...)
	buf = append(buf, agent...)
	return append(buf, "\r\n"...)
}
