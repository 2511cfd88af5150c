package workload

import (
	"bufio"
	"bytes"
	_ "embed" // the data files
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

//go:embed urls.txt
var embeddedURLs []byte

//go:embed popularity.txt
var embeddedPopularity []byte

// URLs reads target URLs, one a line, from the file at path, or the embedded
// ones if path is empty. Their order decides which are popular.
func URLs(path string) ([]string, error) {
	urls, err := lines(path, embeddedURLs, func(s string) (string, error) { return s, nil })
	if err != nil {
		return nil, fmt.Errorf("reading URLs: %w", err)
	}
	return urls, nil
}

// Popularity reads request counts, one a line, from the file at path, or the
// embedded ones if path is empty.
func Popularity(path string) ([]uint64, error) {
	counts, err := lines(path, embeddedPopularity, func(s string) (uint64, error) {
		return strconv.ParseUint(s, 10, 64)
	})
	if err != nil {
		return nil, fmt.Errorf("reading popularity: %w", err)
	}
	return counts, nil
}

// Targets gives n distinct targets: urls, repeated as often as needed. Each
// round after the first is marked by Variant with its number.
func Targets(urls []string, n int) []string {
	targets := make([]string, n)
	for i := range targets {
		targets[i] = urls[i%len(urls)]
		if round := i / len(urls); round > 0 {
			targets[i] = Variant(targets[i], strconv.Itoa(round+1))
		}
	}
	return targets
}

// Variant is another URL for the same page: the mark joins its fragment.
func Variant(url, mark string) string {
	if strings.Contains(url, "#") {
		return url + "-" + mark
	}
	return url + "#" + mark
}

func lines[T any](path string, embedded []byte, parse func(string) (T, error)) ([]T, error) {
	if path == "" {
		return parseLines(bytes.NewReader(embedded), parse)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all, err := parseLines(f, parse)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return all, nil
}

func parseLines[T any](r io.Reader, parse func(string) (T, error)) ([]T, error) {
	var all []T
	s := bufio.NewScanner(r)
	for n := 1; s.Scan(); n++ {
		if s.Text() == "" {
			continue
		}
		v, err := parse(s.Text())
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		all = append(all, v)
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	return all, nil
}
