package links

import (
	"context"
	"errors"
	"time"

	"github.com/fingerpost/fingerpost/sync/link"
)

// Minter supplies the numbers behind generated codes. No number comes twice.
type Minter interface {
	// Mint gives a number below 62^used. used is the length that was asked for, or a
	// greater one once that has no numbers left. Its error means that no number is to
	// be had now; to retry later is safe.
	Mint(ctx context.Context, length int) (id uint64, used int, err error)
}

// Encoder turns a minted number into its code: a bijection.
type Encoder interface {
	Encode(id uint64) string
}

// Publisher tells the edges.
type Publisher interface {
	// Publish puts links, which are committed, on the feed and notes the feed's
	// revision at each. Where that stays 0, because ctx ended or the feed did not
	// answer, the outbox publishes the change by itself; to call again is of no use
	// and does no harm. block is what their transaction gave them; "" if nothing.
	Publish(ctx context.Context, block string, committed []*Link)
}

// Options of Links. All but Length, Lengths, Offensive and Now are required.
type Options struct {
	Store     Store
	Minter    Minter
	Codes     Encoder // for codes of Length
	Publisher Publisher
	Domains   *Domains
	// Domain is where links go whose maker names none.
	Domain string
	// Length of generated codes; 0 means link.DefaultLen. It must be the Encoder's.
	Length int
	// Lengths are the encoders of other lengths, which domains may ask for. A
	// length that is missing here is not used.
	Lengths map[int]Encoder
	// Offensive are words that aliases may not be made of, beside the built-in
	// ones.
	Offensive []string
	Now       func() time.Time // nil means time.Now
}

// Links applies the rules. It holds no state of links; any number of replicas may
// work on one Store.
type Links struct {
	Options
	words     map[string]bool // reserved codes in lower case
	offensive map[string]bool // likewise
	turns     chan struct{}   // of transactions of many links
	imports   chan struct{}   // of those of imports
}

// New checks the options.
func New(o Options) (*Links, error) {
	switch {
	case o.Store == nil:
		return nil, errors.New("links: Store is missing")
	case o.Minter == nil:
		return nil, errors.New("links: Minter is missing")
	case o.Codes == nil:
		return nil, errors.New("links: Codes is missing")
	case o.Publisher == nil:
		return nil, errors.New("links: Publisher is missing")
	case o.Domains == nil:
		return nil, errors.New("links: Domains is missing")
	case o.Domain == "":
		return nil, errors.New("links: Domain is missing")
	}
	if o.Length == 0 {
		o.Length = link.DefaultLen
	}
	if o.Length < link.MinLength || o.Length > link.MaxLength {
		return nil, errors.New("links: Length is out of bounds")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Links{
		Options: o, words: wordSet(reservedText, nil), offensive: wordSet(offensiveText, o.Offensive),
		turns: make(chan struct{}, batchesAtOnce), imports: make(chan struct{}, importsAtOnce),
	}, nil
}

// Caller is on whose behalf a call is made.
type Caller struct {
	ID        string // what Link.CreatedBy becomes
	Workspace string // whose links the caller sees and changes
	Admin     bool   // sees and changes those of every workspace
}

// owns says whether c may see l. What a caller may not see does not exist for
// them: answers never tell the two apart.
func (c Caller) owns(l *Link) bool { return c.Admin || c.Workspace != "" && l.Workspace == c.Workspace }

// Key names a link for callers: an empty domain means the default one, and a
// domain's other hosts mean the domain. ErrNotFound if the domain is not ours
// or no link can have this code.
func (l *Links) Key(domain, code string) (link.Key, error) {
	if domain == "" {
		domain = l.Domain
	}
	name, ok := l.Domains.Name(domain)
	if !ok || link.CheckCode(code) != nil {
		return link.Key{}, ErrNotFound
	}
	return link.Key{Domain: name, Code: code}, nil
}

// publishFor bounds how long an acknowledgement waits for the feed. The change
// is committed by then and reaches the edges in any case.
const publishFor = 500 * time.Millisecond

// publish sets the revisions of committed links, or leaves 0 if the feed does
// not answer. It goes on when the caller has hung up.
func (l *Links) publish(ctx context.Context, block string, committed ...*Link) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), publishFor)
	defer cancel()
	l.Publisher.Publish(ctx, block, committed)
}
