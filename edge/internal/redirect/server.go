package redirect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/fingerpost/fingerpost/edge/internal/deadline"
	"github.com/fingerpost/fingerpost/edge/internal/guard"
	"github.com/fingerpost/fingerpost/edge/internal/listen"
	"github.com/fingerpost/fingerpost/edge/internal/loop"
)

// lastHeads is how long requests may go on arriving once the server stops.
const lastHeads = 250 * time.Millisecond

// Server serves a Handler on its ports.
type Server struct {
	handler   *Handler
	server    *fasthttp.Server
	guard     *guard.Guard
	keeper    *deadline.Keeper
	loops     *loop.Loops
	gate      *listen.Gate
	listeners []*listen.Listener // the plain one first
	serving   sync.WaitGroup     // ports and connections
}

// NewServer checks the options.
func NewServer(o Options) (*Server, error) {
	h, err := NewHandler(o)
	if err != nil {
		return nil, err
	}
	gate, err := listen.NewGate(o.Ports.Limits)
	if err != nil {
		return nil, err
	}
	g, err := guard.New(guard.Options{Quick: h.quick, Refused: h.metrics.answered})
	if err != nil {
		return nil, err
	}
	k, err := deadline.New(deadline.Options{})
	if err != nil {
		return nil, err
	}
	loops, err := loop.New(loop.Options{Now: h.options.Now})
	if err != nil {
		return nil, err
	}
	return &Server{handler: h, server: newServer(h, gate), guard: g, keeper: k, loops: loops, gate: gate}, nil
}

func newServer(h *Handler, gate *listen.Gate) *fasthttp.Server {
	return &fasthttp.Server{
		Handler: h.Serve,
		Logger:  printf{h.options.Logger},
		// Whole malformed requests are not logged: they may hold secrets.
		SecureErrorLogMessage: true,
		// The heads that the guard hands on are short. Most answers are, too; a
		// longer one goes out unbuffered.
		ReadBufferSize:  128,
		WriteBufferSize: 1 << 10,
		// Nothing that this server answers has a body; 1 is fasthttp's least.
		MaxRequestBodySize: 1,
		// No timeouts: the keeper sets deadlines for much less. Nor is anybody
		// interested in fasthttp's time of the request.
		LazyRequestTime: true,
		// The gate refuses before fasthttp would.
		Concurrency: gate.Connections() + 1,

		NoDefaultServerHeader:        true,
		NoDefaultContentType:         true,
		DisablePreParseMultipartForm: true,
	}
}

// Handler is what the server serves; it is also a prometheus.Collector.
func (s *Server) Handler() *Handler { return s.handler }

// Start listens and serves in the background.
func (s *Server) Start() error {
	if err := s.open(); err != nil {
		return errors.Join(err, s.closePorts())
	}
	if err := s.loops.Start(); err != nil {
		return errors.Join(fmt.Errorf("starting loops: %w", err), s.closePorts())
	}
	s.keeper.Start()
	for _, l := range s.listeners {
		s.serving.Go(func() { s.admit(l) })
	}
	return nil
}

// Addr is where the server listens, after Start.
func (s *Server) Addr() string { return s.listeners[0].Addr().String() }

// Stop closes the ports, lets requests under way finish until ctx ends, and cuts
// off the rest.
func (s *Server) Stop(ctx context.Context) error {
	err := s.closePorts()
	s.Drain()
	defer time.AfterFunc(lastHeads, s.gate.EndReading).Stop()
	finished := make(chan struct{})
	go func() {
		s.serving.Wait()
		close(finished)
	}()
	select {
	case <-finished:
	case <-ctx.Done():
		err = errors.Join(err, ctx.Err())
		// Who waits for the control plane still is let go when questions end.
		s.gate.CutOff()
	}
	s.keeper.Stop()
	s.loops.Stop()
	if err != nil {
		return fmt.Errorf("ending requests under way: %w", err)
	}
	return nil
}

// printf is fasthttp's logger. What it says is about single clients, which an
// operator wants to see only when looking for trouble.
type printf struct{ log *slog.Logger }

func (p printf) Printf(format string, args ...any) { p.log.Debug(fmt.Sprintf(format, args...)) }
