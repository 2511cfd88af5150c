package server_test

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/fingerpost/fingerpost/controlplane/server"
	"github.com/fingerpost/fingerpost/sync/feedtest"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// TestCrowd: many clients that do nothing take no more than their port's places, shut
// nobody out of the API, and leave the other ports alone.
func TestCrowd(t *testing.T) {
	o := options(t, feedtest.Start(t).Endpoint())
	o.MaxConnections = 8
	s, _ := start(t, o)
	crowd := func(address string, n int) (all []net.Conn) {
		for range n {
			c, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.Close() })
			all = append(all, c)
		}
		return all
	}
	crowd(s.Addr(), 100)
	crowd(s.OpsAddr(), 200)
	if status, answer := call(t, "GET", "http://"+s.Addr()+"/api/v1/urls", adminKey, ""); status != 200 {
		t.Errorf("answered %d %v", status, answer)
	}
	edges := crowd(s.RPCAddr(), 20)
	eventually(t, "as many edges as may be", func() bool {
		return strings.Contains(metrics(t, s), `fingerpost_control_connections{port="rpc"} 8`)
	})
	if text := metrics(t, s); !strings.Contains(text, "fingerpost_control_connections_shed_total 93\n") {
		t.Error(text)
	}
	for _, c := range edges {
		c.Close()
	}
	conn, err := grpc.NewClient(s.RPCAddr(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := wire.NewResolverClient(conn).Resolve(t.Context(), &wire.ResolveRequest{Domain: "localhost", Code: "none"}, grpc.WaitForReady(true)); err != nil {
		t.Error(err)
	}
}

func metrics(t *testing.T, s *server.Server) string {
	t.Helper()
	answer, err := http.Get("http://" + s.OpsAddr() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
