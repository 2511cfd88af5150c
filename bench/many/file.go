package many

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
)

// words of titles. Each occurs in one link of seven, or so.
func words() []string {
	return strings.Fields("autumn sale poster mail campaign winter spring offer ticket concert museum travel guide annual report invoice kitchen garden shoes hotel market")
}

// rareEvery is how many links lie between two with the rare word and tag.
const rareEvery = 10_000

// writeFile writes n rows. The same mark gives the same rows.
func writeFile(w io.Writer, mark string, n int) error {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	all := words()
	out := bufio.NewWriterSize(w, 1<<16)
	fmt.Fprintln(out, "long_url,title,tags")
	for i := range n {
		title := all[random.IntN(len(all))] + " " + all[random.IntN(len(all))]
		tags := fmt.Sprintf("t%d", i%50)
		if i%rareEvery == rareEvery/2 {
			title += " unicorn" + mark
			tags += "|rare" + mark
		}
		fmt.Fprintf(out, "https://shop.example.com/%s/%s/%x?item=%d,%s,%s\n", mark, all[i%len(all)], random.Uint32(), i, title, tags)
	}
	return out.Flush() // which has kept the first error
}

// cutOff reads up to n bytes, and fails once the control plane has told of its
// progress, like a client that dies midway.
type cutOff struct {
	in   io.Reader
	n    int
	told <-chan struct{}
	ctx  context.Context // of the one call that reads
}

func (c *cutOff) Read(p []byte) (int, error) {
	if c.n <= 0 {
		select {
		case <-c.told:
			return 0, errDied
		case <-c.ctx.Done():
			return 0, c.ctx.Err()
		}
	}
	n, err := c.in.Read(p[:min(len(p), c.n)])
	c.n -= n
	return n, err
}
