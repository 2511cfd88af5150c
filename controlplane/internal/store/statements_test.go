package store_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/store/storetest"
)

// statementsFile lists what the store says to a server, for people to read. Set
// updateStatements in the environment to add to it; to leave out what is said no more,
// empty it first.
const (
	statementsFile   = "testdata/statements.sql"
	statementsHead   = "-- What the store says to PostgreSQL and CockroachDB, as its tests saw it; $… stands for any number of parameters.\n"
	updateStatements = "FINGERPOST_UPDATE"
)

// statements is all texts that were sent to a server, each once.
type statements struct {
	mu   sync.Mutex
	seen map[string]bool // mu
}

// Placeholders come in any number; one text stands for all.
var (
	lists = regexp.MustCompile(`\$\d+(, \$\d+)+`)
	rows  = regexp.MustCompile(`(\([^()]*(\([^()]*\)[^()]*)*\$[^()]*(\([^()]*\)[^()]*)*\))(, \([^()]*(\([^()]*\)[^()]*)*\$[^()]*(\([^()]*\)[^()]*)*\))+`)
)

func (s *statements) add(text string) {
	switch {
	case strings.TrimSpace(text) == "", strings.HasPrefix(text, "--"): // a ping
		return
	case strings.Contains(text, "goose"): // the migrations' own book
		return
	case strings.HasPrefix(text, "INSERT") && !strings.Contains(text, "$"): // a test's own, in the name of an older build
		return
	}
	text = strings.Join(strings.Fields(text), " ")
	text = lists.ReplaceAllString(text, "$$…")
	if strings.Contains(text, "VALUES") {
		text = rows.ReplaceAllString(text, "$1, …")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen[text] = true
}

// database gives a migrated database behind a proxy that notes all statements.
func (s *statements) database(t *testing.T) (proxied string) {
	t.Helper()
	u, err := url.Parse(storetest.PostgreSQL(t)) // what migrations say is in their files
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := u.Host
	var group sync.WaitGroup
	t.Cleanup(func() { listener.Close(); group.Wait() })
	group.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			group.Go(func() { s.forward(&group, client, server) })
		}
	})
	u.Host = listener.Addr().String()
	return u.String()
}

func (s *statements) forward(group *sync.WaitGroup, client net.Conn, address string) {
	defer client.Close()
	server, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer server.Close()
	group.Go(func() {
		_, _ = io.Copy(client, server)
		client.Close()
	})
	_, _ = io.Copy(io.MultiWriter(server, &protocol{statements: s}), client)
}

// protocol reads a client's side of PostgreSQL's protocol.
type protocol struct {
	*statements
	rest  []byte
	begun bool // the start-up message, which has no type, is over
}

func (p *protocol) Write(b []byte) (int, error) {
	p.rest = append(p.rest, b...)
	for {
		at := 1 // where the length stands
		if !p.begun {
			at = 0
		}
		if len(p.rest) < at+4 {
			return len(b), nil
		}
		end := at + int(binary.BigEndian.Uint32(p.rest[at:]))
		if len(p.rest) < end {
			return len(b), nil
		}
		if p.begun {
			p.message(p.rest[0], p.rest[5:end])
		}
		p.rest, p.begun = p.rest[end:], true
	}
}

// message takes the text of a Parse, which follows a name, and of a Query.
func (p *protocol) message(kind byte, body []byte) {
	parts := bytes.SplitN(body, []byte{0}, 3)
	switch {
	case kind == 'P':
		p.add(string(parts[1]))
	case kind == 'Q':
		p.add(string(parts[0]))
	}
}

// check compares with the list. What is listed and was not said does not matter: some
// is said only if the machine is slow, and a run may be of a part of the tests.
func (s *statements) check(t *testing.T) {
	t.Helper()
	listed := readStatements(t)
	all := slices.Clone(listed)
	for text := range s.seen {
		if text += ";"; !slices.Contains(listed, text) {
			all = append(all, text)
		}
	}
	if len(all) == len(listed) {
		return
	}
	if os.Getenv(updateStatements) == "" {
		t.Errorf("not in %s; is it what both servers know? Then run this again with %s=1\n%s",
			statementsFile, updateStatements, strings.Join(all[len(listed):], "\n"))
		return
	}
	slices.Sort(all)
	text := statementsHead + strings.Join(all, "\n") + "\n"
	if err := os.WriteFile(statementsFile, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func readStatements(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(statementsFile)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return slices.DeleteFunc(lines, func(line string) bool { return line == "" || strings.HasPrefix(line, "--") })
}
