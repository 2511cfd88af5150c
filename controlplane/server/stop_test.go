package server_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/fingerpost/fingerpost/controlplane/server"
	"github.com/fingerpost/fingerpost/sync/feed"
	"github.com/fingerpost/fingerpost/sync/feedtest"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// F15: who waits for edges is answered when the server stops.
func TestF15WhoWaitsIsAnswered(t *testing.T) {
	etcd := feedtest.Start(t).Endpoint()
	s, stop := start(t, options(t, etcd))
	client, err := feed.New(feed.Options{Endpoints: []string{etcd}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { client.Announce(ctx, &wire.Presence{Id: "silent"}) })
	defer running.Wait()
	defer cancel()
	receipt := "http://" + s.Addr() + "/api/v1/receipts/999999?wait="
	eventually(t, "an edge that has not applied it", func() bool {
		_, answer := call(t, "GET", receipt+"1ms", adminKey, "")
		return answer["complete"] == false
	})
	running.Go(func() {
		if status, answer := call(t, "GET", receipt+"30s", adminKey, ""); status != 200 || answer["complete"] != false {
			t.Errorf("answered %d %v", status, answer)
		}
	})
	eventually(t, "somebody who waits", func() bool { return occupied("receipts.(*Book).Wait(") })
	stop()
}

// occupied says whether a goroutine is in a function.
func occupied(function string) bool {
	var all strings.Builder
	_ = pprof.Lookup("goroutine").WriteTo(&all, 2)
	return strings.Contains(all.String(), function)
}

// What waits for a feed that is slow has left the gate in front of the database.
func TestSlowFeedIsOutside(t *testing.T) {
	path := feedtest.NewLink(t, feedtest.Start(t).Endpoint())
	s, _ := start(t, options(t, path.Addr()))
	path.Freeze()
	eventually(t, "a create that waits for the feed", func() bool {
		done := make(chan struct{})
		go func() {
			defer close(done)
			try("http://" + s.Addr())
		}()
		defer func() { <-done }()
		for waits := false; !waits; waits = occupied("outbox.(*batcher).publish(") {
			select {
			case <-done: // the feed is left alone for a second
				return false
			default:
			}
		}
		outside := strings.Contains(metrics(t, s), `fingerpost_control_admitted{gate="api"} 0`)
		select {
		case <-done: // nobody can tell
			return false
		default:
		}
		if !outside {
			t.Error("it waits inside")
		}
		return true
	})
}

// F15: who watches clicks is told that it is over when the server stops, and does
// not hold it up.
func TestF15StreamsEnd(t *testing.T) {
	s, stop := start(t, options(t, feedtest.Start(t).Endpoint()))
	links := "http://" + s.Addr() + "/api/v1/urls"
	if status, answer := call(t, "POST", links, adminKey, `{"long_url":"https://example.com/","alias":"mine"}`); status != 201 {
		t.Fatal(status, answer)
	}
	var streams []io.ReadCloser
	for range 50 {
		request, err := http.NewRequestWithContext(t.Context(), "GET", links+"/mine/live", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Api-Key", adminKey)
		response, err := http.DefaultClient.Do(request)
		if err != nil || response.StatusCode != 200 {
			t.Fatal(response, err)
		}
		streams = append(streams, response.Body)
	}
	stop()
	for _, stream := range streams {
		if _, err := io.Copy(io.Discard, stream); err != nil {
			t.Errorf("a stream was broken off: %v", err)
		}
		stream.Close()
	}
}

// F15: an edge that does not end its call leaves time to end the rest.
func TestF15SlowEdge(t *testing.T) {
	s, _ := start(t, options(t, feedtest.Start(t).Endpoint()))
	conn, err := grpc.NewClient(s.RPCAddr(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.NewStream(t.Context(), &grpc.StreamDesc{ClientStreams: true}, wire.Clicks_Ship_FullMethodName); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a call", func() bool { return occupied("wrapUnaryHandler.func1.1(") }) // of gRPC, where it waits for the message
	stopsBut(t, s, "RPC")
}

// F15: a client that does not end its request leaves time to end the rest.
func TestF15SlowClient(t *testing.T) {
	s, _ := start(t, options(t, feedtest.Start(t).Endpoint()))
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /api/v1/urls HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n", adminKey)
	if _, err := conn.Read(make([]byte, 1)); err != nil { // it waits for the body
		t.Fatal(err)
	}
	stopsBut(t, s, "API")
}

// stopsBut stops all of s in time but one part, which is cut off.
func stopsBut(t *testing.T, s *server.Server, part string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	err := s.Stop(ctx)
	if err == nil || !strings.Contains(err.Error(), "stopping "+part) || strings.Count(err.Error(), "stopping") != 1 || ctx.Err() != nil {
		t.Errorf("stopped: %v", err)
	}
}
