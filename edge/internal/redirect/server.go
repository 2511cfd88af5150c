package redirect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/fingerpost/fingerpost/edge/internal/deadline"
	"github.com/fingerpost/fingerpost/edge/internal/guard"
	"github.com/fingerpost/fingerpost/edge/internal/listen"
)

// lastAnswers is how long what is being answered quickly may take once the server
// stops; it waits for nothing but the client's socket.
const lastAnswers = 20 * time.Millisecond

// lastHeads is how long requests may go on arriving once the server stops.
const lastHeads = 250 * time.Millisecond

// Server serves a Handler on its ports.
type Server struct {
	handler   *Handler
	server    *fasthttp.Server
	guard     *guard.Guard
	keeper    *deadline.Keeper
	gate      *listen.Gate
	listeners []*listen.Listener // the plain one first
	serving   sync.WaitGroup
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
	return &Server{handler: h, server: newServer(h, gate), guard: g, keeper: k, gate: gate}, nil
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
		Concurrency:     gate.Connections() + 1,
		CloseOnShutdown: true,

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
	s.keeper.Start()
	for _, l := range s.listeners {
		s.serving.Go(func() {
			if err := s.server.Serve(l); err != nil {
				s.handler.options.Logger.Error("redirect port ended", "error", err)
			}
		})
	}
	return nil
}

// Addr is where the server listens, after Start.
func (s *Server) Addr() string { return s.listeners[0].Addr().String() }

// Stop closes the ports, lets requests under way finish until ctx ends, and cuts
// off the rest.
func (s *Server) Stop(ctx context.Context) error {
	// Closed here first: fasthttp, asked to shut down before it has begun to serve,
	// does nothing and then serves.
	err := s.closePorts()
	// What is answered quickly is no request to fasthttp, which would close its
	// connection at once.
	s.Drain()
	time.Sleep(lastAnswers)
	defer time.AfterFunc(lastHeads, s.gate.EndReading).Stop()
	if down := s.server.ShutdownWithContext(ctx); !errors.Is(down, net.ErrClosed) {
		err = errors.Join(err, down)
	}
	s.gate.CutOff()
	s.serving.Wait()
	s.keeper.Stop()
	if err != nil {
		return fmt.Errorf("ending requests under way: %w", err)
	}
	return nil
}

// printf is fasthttp's logger. What it says is about single clients, which an
// operator wants to see only when looking for trouble.
type printf struct{ log *slog.Logger }

func (p printf) Printf(format string, args ...any) { p.log.Debug(fmt.Sprintf(format, args...)) }
