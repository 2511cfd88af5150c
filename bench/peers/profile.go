//go:build linux

package peers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/google/pprof/profile"
	"golang.org/x/sync/errgroup"
)

// heads are what an edge is asked with for a profile, beside the target and the
// host: as little as programs send, and as much as browsers do.
var heads = []string{"", usual, "Connection: keep-alive\r\nsec-ch-ua: \"Chromium\";v=\"142\", \"Not_A Brand\";v=\"99\"\r\nsec-ch-ua-mobile: ?0\r\n" +
	"sec-ch-ua-platform: \"Linux\"\r\nUpgrade-Insecure-Requests: 1\r\n" + usual + "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n" +
	"Sec-Fetch-Dest: document\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en-GB,en;q=0.9,de;q=0.8\r\n"}

// Profile gives the processor profile of an edge at its work, by which its builds
// are guided: it asks for its links one by one, then answers wrk until Rounds × Turn
// are over, which sends as little as programs do, and as much as browsers, in turns,
// and ships the clicks.
func Profile(ctx context.Context, o Options) (p []byte, err error) {
	if err := errors.Join(o.validate(), Missing()); err != nil {
		return nil, err
	}
	f, err := newField(o)
	if err != nil {
		return nil, err
	}
	defer f.stop()
	if err := f.startBehind(); err != nil {
		return nil, err
	}
	s, err := edge{name: theEdge, program: o.Edge}.start(f, "edge")
	if err != nil {
		return nil, err
	}
	f.servers = append(f.servers, s)
	if err := await(ctx, s, f.links[0]); err != nil {
		return nil, err
	}
	o.Logger.Info("profiling", "for", time.Duration(o.Rounds)*o.Turn)
	both, within := errgroup.WithContext(ctx)
	taken := make(chan struct{})
	both.Go(func() (err error) {
		defer close(taken)
		p, err = s.profile(within, time.Duration(o.Rounds)*o.Turn)
		return err
	})
	both.Go(func() error { return f.work(within, s, taken) })
	if err := both.Wait(); err != nil {
		return nil, err
	}
	return anonymous(p)
}

// work has s ask for all its links, and answer until enough.
func (f *field) work(ctx context.Context, s *server, enough <-chan struct{}) error {
	scripts := make([]string, len(heads))
	for i, headers := range heads {
		var err error
		if scripts[i], err = writeScript(f.dir, fmt.Sprint("heads-", i), f.links, headers); err != nil {
			return err
		}
	}
	if err := warm(ctx, s, f.links, f.options.Logger); err != nil {
		return err
	}
	for n := 0; ; n++ {
		if _, err := hammer(s, scripts[n%len(scripts)], f.options.Connections, f.options.Turn); err != nil {
			return err
		}
		select {
		case <-enough:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		default:
		}
	}
}

// profile gives what an edge was at for so long.
func (s *server) profile(ctx context.Context, d time.Duration) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%.0f", s.ops, d.Seconds()), nil)
	if err != nil {
		return nil, fmt.Errorf("asking for a profile: %w", err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("asking for a profile: %w", err)
	}
	defer answer.Body.Close()
	p, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", answer.Status, p)
	}
	if err != nil {
		return nil, fmt.Errorf("receiving a profile: %w", err)
	}
	return p, nil
}

// anonymous leaves in a profile what a build reads, which are names of functions and
// lines in them: nothing tells of the machine, and of the program there is one place
// for each line.
func anonymous(raw []byte) ([]byte, error) {
	p, err := profile.ParseData(raw)
	if err != nil {
		return nil, fmt.Errorf("reading a profile: %w", err)
	}
	p.Mapping, p.Comments, p.TimeNanos, p.DurationNanos = nil, nil, 0, 0
	for _, l := range p.Location {
		l.Mapping, l.Address = nil, 0
	}
	for _, f := range p.Function {
		f.Filename = ""
	}
	for _, s := range p.Sample {
		s.Label, s.NumLabel, s.NumUnit = nil, nil, nil
	}
	var small bytes.Buffer
	if err := p.Compact().Write(&small); err != nil {
		return nil, fmt.Errorf("writing a profile: %w", err)
	}
	return small.Bytes(), nil
}
