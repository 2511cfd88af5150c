package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// stalled is how long a streaming client may send or take nothing.
const stalled = 60 * time.Second

// Streaming gives a call the request as it is, before anything of its body is
// read. It is exported because huma fills it in by reflection.
type Streaming struct{ request *http.Request }

// Resolve is called by huma.
func (s *Streaming) Resolve(ctx huma.Context) []error {
	s.request, _ = humago.Unwrap(ctx)
	return nil
}

// stream is an answer that is written while it is made. The server's timeouts
// are for short requests; here each piece has its own.
type stream struct {
	out        http.ResponseWriter
	controller *http.ResponseController
	said       time.Time // when say was last called
}

func newStream(ctx huma.Context) *stream {
	_, w := humago.Unwrap(ctx)
	s := &stream{out: w, controller: http.NewResponseController(w)}
	// Where a connection cannot do one of these, it does without.
	_ = s.controller.EnableFullDuplex()
	s.extend()
	return s
}

// extend gives the client time for the next piece.
func (s *stream) extend() {
	until := time.Now().Add(stalled)
	_ = s.controller.SetReadDeadline(until)
	_ = s.controller.SetWriteDeadline(until)
}

func (s *stream) flush() error {
	s.extend()
	return s.controller.Flush()
}

// event sends data as a server-sent event.
func (s *stream) event(name string, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("encoding event: %w", err)
	}
	return s.say("event: " + name + "\ndata: " + string(text))
}

// say sends lines of an event stream.
func (s *stream) say(lines string) error {
	s.said = time.Now()
	s.extend()
	if _, err := io.WriteString(s.out, lines+"\n\n"); err != nil {
		return err
	}
	return s.flush()
}

// maxDrain is how much of a body is read to no purpose.
const maxDrain = 64 << 20

// drain reads the rest of a body that is of no use: a client that still sends
// when its connection is closed does not read why.
func (s *stream) drain(body io.Reader) {
	s.extend()
	_, _ = io.CopyN(io.Discard, body, maxDrain)
}

// abort ends the connection, so that the client cannot take what it has for the
// whole. It does not return.
func (s *stream) abort() { panic(http.ErrAbortHandler) }
