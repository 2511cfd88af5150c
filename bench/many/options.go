package many

import (
	"errors"
	"net/http"

	"github.com/fingerpost/fingerpost/controlplane/client"
)

// Options of New.
type Options struct {
	// Control is the control plane's URL, and Key an API key that may write links.
	Control, Key string
	// Links is how many to import, 4,000 or more, so that there is progress before
	// the half; 0 means 10,000.
	Links int
	// Singles is how many single creates the bulk ones are compared with, by Clients
	// at once; 0 means 1,000 and 16.
	Singles, Clients int
	// Queries is how often each listing and search is timed; 0 means 50.
	Queries int
}

// Run is one run.
type Run struct {
	Options
	api    *client.Client
	result Result
}

// New checks the options.
func New(o Options) (*Run, error) {
	if o.Links < 0 || o.Singles < 0 || o.Clients < 0 || o.Queries < 0 {
		return nil, errors.New("many: a count is negative")
	}
	for count, otherwise := range map[*int]int{&o.Links: 10_000, &o.Singles: 1000, &o.Clients: 16, &o.Queries: 50} {
		if *count == 0 {
			*count = otherwise
		}
	}
	if o.Links < 4000 {
		return nil, errors.New("many: Links is less than 4,000")
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = o.Clients
	api, err := client.New(client.Options{URL: o.Control, Key: o.Key, HTTP: &http.Client{Transport: transport}})
	if err != nil {
		return nil, err
	}
	return &Run{Options: o, api: api}, nil
}
