//go:build linux

package scale

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is what /proc counts in: USER_HZ, 100 wherever Go runs.
const tick = 10 * time.Millisecond

// processor is the processor time that processes and their children have used.
func processor(pids ...int) (used time.Duration, err error) {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, err
	}
	wanted := make(map[int]bool, len(pids))
	for _, pid := range pids {
		wanted[pid] = true
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended; its parent has its time
		}
		s, err := parseStat(string(text))
		if err != nil {
			return 0, fmt.Errorf("reading %s: %w", file, err)
		}
		if wanted[s.pid] {
			used += s.children
		}
		if wanted[s.pid] || wanted[s.parent] {
			used += s.own
		}
	}
	return used, nil
}

// stat is what matters here of a /proc/PID/stat.
type stat struct {
	pid, parent   int
	own, children time.Duration // children that have ended
}

func parseStat(text string) (s stat, err error) {
	pid, rest, _ := strings.Cut(text, " (")
	_, rest, ok := strings.Cut(rest, ") ") // the name in brackets may hold spaces
	fields := strings.Fields(rest)
	if !ok || len(fields) < 15 {
		return s, fmt.Errorf("no status of a process: %q", text)
	}
	var numbers [6]int
	for i, field := range []string{pid, fields[1], fields[11], fields[12], fields[13], fields[14]} {
		if numbers[i], err = strconv.Atoi(field); err != nil {
			return s, err
		}
	}
	return stat{
		pid: numbers[0], parent: numbers[1],
		own: time.Duration(numbers[2]+numbers[3]) * tick, children: time.Duration(numbers[4]+numbers[5]) * tick,
	}, nil
}
