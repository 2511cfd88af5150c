package feed

import (
	"context"
	"errors"
	"fmt"
	"io"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc"
)

// watch is one etcd watch stream with one watcher on it. The client library's
// own watcher is not used because it reconnects and resumes by itself, without
// asking whether the history is still the same; here a stream that breaks ends.
type watch struct {
	stream   pb.Watch_WatchClient
	messages chan message // closed when the stream has ended
	failure  error        // set before messages is closed
}

// message is what a follower wants to know of a watch response.
type message struct {
	cluster   uint64
	revision  int64 // etcd's revision when it answered
	events    []*mvccpb.Event
	progress  bool // an answer to requestProgress, and all before it was sent
	compacted bool
}

// openWatch watches everything under root, from revision on, until ctx ends.
// The caller ends ctx and then waits.
func (c *Client) openWatch(ctx context.Context, revision int64) (*watch, error) {
	stream, err := pb.NewWatchClient(c.etcd.ActiveConnection()).
		Watch(clientv3.WithRequireLeader(ctx), grpc.MaxCallRecvMsgSize(64<<20))
	if err != nil {
		return nil, fmt.Errorf("opening watch: %w", err)
	}
	err = stream.Send(&pb.WatchRequest{RequestUnion: &pb.WatchRequest_CreateRequest{CreateRequest: &pb.WatchCreateRequest{
		Key:           []byte(root),
		RangeEnd:      []byte(clientv3.GetPrefixRangeEnd(root)),
		StartRevision: revision,
	}}})
	if err != nil {
		return nil, fmt.Errorf("creating watch: %w", err)
	}
	w := &watch{stream: stream, messages: make(chan message)}
	go w.receive(ctx)
	return w, nil
}

// requestProgress asks for a message with progress set. etcd gives none while
// it is still sending older events.
func (w *watch) requestProgress() error {
	err := w.stream.Send(&pb.WatchRequest{RequestUnion: &pb.WatchRequest_ProgressRequest{ProgressRequest: &pb.WatchProgressRequest{}}})
	if errors.Is(err, io.EOF) {
		return nil // the reason comes from the receiving side
	}
	return err
}

func (w *watch) receive(ctx context.Context) {
	defer close(w.messages)
	for {
		r, err := w.stream.Recv()
		if err != nil {
			w.failure = fmt.Errorf("watching: %w", err)
			return
		}
		if r.GetCanceled() && r.GetCompactRevision() == 0 {
			w.failure = fmt.Errorf("watching: canceled by etcd: %s", r.GetCancelReason())
			return
		}
		m := message{
			cluster:   r.GetHeader().GetClusterId(),
			revision:  r.GetHeader().GetRevision(),
			events:    r.GetEvents(),
			compacted: r.GetCompactRevision() != 0,
		}
		m.progress = len(m.events) == 0 && !r.GetCreated() && !m.compacted
		select {
		case w.messages <- m:
		case <-ctx.Done():
			w.failure = ctx.Err()
			return
		}
	}
}

// err is why the stream ended, once messages is closed.
func (w *watch) err() error { return w.failure }

// wait returns when nothing of the watch runs any more.
func (w *watch) wait() {
	for range w.messages {
	}
}
