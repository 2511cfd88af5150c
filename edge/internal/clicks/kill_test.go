package clicks_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/grpc"

	"github.com/fingerpost/fingerpost/edge/internal/clicks"
	"github.com/fingerpost/fingerpost/edge/internal/control"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// What makes this program the edge that is killed.
const (
	childData  = "FINGERPOST_TEST_CLICKS_DATA"
	childPlane = "FINGERPOST_TEST_CLICKS_PLANE"
	// handlers is how many answer at once in it.
	handlers = 4
)

func TestMain(m *testing.M) {
	if data := os.Getenv(childData); data != "" {
		fmt.Fprintln(os.Stderr, runChild(data, os.Getenv(childPlane)))
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

// runChild records clicks, and writes an answer, a byte, behind each, until it is
// killed.
func runChild(data, plane string) error {
	pool, err := control.New(control.Options{Addrs: []string{plane}, Rest: time.Millisecond})
	if err != nil {
		return err
	}
	r, err := clicks.New(clicks.Options{
		Edge: "edge", Data: data, Bytes: 64 << 20, Plane: pool, Visits: unknown{}, Interval: time.Millisecond, Sync: 5 * time.Millisecond,
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	r.Start()
	ended := make(chan error)
	for range handlers {
		go func() {
			for i := 0; ; i++ {
				r.Record(clicks.Click{Domain: "a.example", Code: fmt.Sprint("c", i%100), At: time.Now().UnixMilli()})
				if _, err := os.Stdout.Write([]byte{'.'}); err != nil {
					ended <- err
				}
			}
		}()
	}
	return <-ended
}

// service answers as a control plane does.
type service struct {
	wire.UnimplementedClicksServer
	books *books
}

func (s service) Ship(ctx context.Context, b *wire.Batch) (*wire.ShipResponse, error) {
	err := s.books.Ship(ctx, b)
	if errors.Is(err, clicks.ErrRefused) {
		return &wire.ShipResponse{Conflict: true}, nil
	}
	return &wire.ShipResponse{}, err
}

// F2: an edge is killed again and again, at no matter which moment, while it
// records and ships; some acknowledgements are lost too. Of the clicks whose
// answers were received each is booked once; those whose answers were on their way
// may be.
func TestF2KilledEdge(t *testing.T) {
	var calm atomic.Bool
	b := newBooks(func() fault {
		if calm.Load() {
			return none
		}
		return []fault{none, none, before, after, twice}[rand.IntN(5)]
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	wire.RegisterClicksServer(server, service{books: b})
	served := make(chan error)
	go func() { served <- server.Serve(l) }()
	defer func() {
		server.Stop()
		<-served
	}()
	const kills = 8
	data, answers := t.TempDir(), uint64(0)
	for range kills {
		answers += answersUntilKilled(t, data, l.Addr().String(), 1+rand.IntN(5000))
	}
	calm.Store(true)
	r := newRecorder(t, b, func(o *clicks.Options) { o.Data = data })
	r.Start()
	stop(t, r)
	if got := b.total(); got < answers || got > answers+kills*handlers {
		t.Errorf("%d answers were received and %d clicks booked; %d kills", answers, got, kills)
	}
	for _, p := range b.problems {
		t.Error(p)
	}
	if left := folders(t, data); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
	t.Logf("%d answers, %d clicks booked, %d kills", answers, b.total(), kills)
}

// answersUntilKilled runs an edge until so many answers were received, kills it,
// and counts them all.
func answersUntilKilled(t *testing.T, data, plane string, enough int) (answers uint64) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childData+"="+data, childPlane+"="+plane)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(out)
	n, err := io.CopyN(io.Discard, r, int64(enough))
	if err != nil {
		t.Errorf("the edge ended by itself: %v", err)
	}
	_ = child.Process.Kill()
	rest, _ := io.Copy(io.Discard, r)
	_ = child.Wait() // it was killed
	return uint64(n + rest)
}
