//go:build linux

package peers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/fingerpost/fingerpost/bench/workload"
)

// drawn is how many requests wrk repeats: enough for the curve's long tail.
const drawn = 50_000

// script is wrk's: it cycles through requests made before.
const script = `local requests = {}
for code in io.lines("%s") do requests[#requests + 1] = "%s" end
local i = math.random(#requests)
request = function()
  i = i + 1
  if i > #requests then i = 1 end
  return requests[i]
end
`

// writeScript writes the script of that name, which asks for links by their
// popularity, and sends these headers with each request.
func writeScript(dir, name string, links []Link, headers string) (path string, err error) {
	counts, err := workload.Popularity("")
	if err != nil {
		return "", err
	}
	sampler, err := workload.NewSampler(counts, len(links), 1)
	if err != nil {
		return "", fmt.Errorf("sampling: %w", err)
	}
	codes := make([]Link, drawn)
	for n := range codes {
		codes[n] = links[sampler.Draw(uint64(n))]
	}
	list := filepath.Join(dir, name+".codes")
	if err := writeLines(list, codes, func(l Link) string { return l.Code }); err != nil {
		return "", err
	}
	request := strings.NewReplacer("\r\n", `\r\n`, `"`, `\"`, "{code}", `" .. code .. "`).Replace(string(appendHead(nil, "{code}", headers)))
	path = filepath.Join(dir, name+".lua")
	if err := os.WriteFile(path, fmt.Appendf(nil, script, list, request), 0o644); err != nil {
		return "", fmt.Errorf("writing wrk's script: %w", err)
	}
	return path, nil
}

// burst is what one run of wrk measured.
type burst struct {
	perRequest time.Duration // the server's processor time
	rate       float64       // redirects a second
}

var (
	total    = regexp.MustCompile(`(\d+) requests in`)
	rate     = regexp.MustCompile(`Requests/sec:\s+([\d.]+)`)
	complain = regexp.MustCompile(`Non-2xx or 3xx responses: .*|Socket errors: .*`)
)

// hammer has wrk ask as fast as it can.
func hammer(s *server, script string, connections int, d time.Duration) (b burst, err error) {
	before, err := s.processor()
	if err != nil {
		return b, err
	}
	out, err := exec.Command("taskset", "-c", clientCPU, "wrk", "-t1", fmt.Sprintf("-c%d", connections),
		fmt.Sprintf("-d%ds", int(d.Seconds())), "-s", script, "http://"+s.addr+"/").CombinedOutput()
	if err != nil {
		return b, fmt.Errorf("running wrk: %w: %s", err, out)
	}
	after, err := s.processor()
	if err != nil {
		return b, err
	}
	if c := complain.Find(out); c != nil {
		return b, fmt.Errorf("wrk says of %s: %s", s.name, c)
	}
	n, r := total.FindSubmatch(out), rate.FindSubmatch(out)
	if n == nil || r == nil {
		return b, fmt.Errorf("wrk said something else: %s", out)
	}
	count, err := strconv.ParseInt(string(n[1]), 10, 64)
	if err != nil || count == 0 {
		return b, fmt.Errorf("%s answered nothing", s.name)
	}
	b.rate, err = strconv.ParseFloat(string(r[1]), 64)
	b.perRequest = (after - before) / time.Duration(count)
	return b, err
}
