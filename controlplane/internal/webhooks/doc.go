// Package webhooks tells other people's servers of what happens to links: that
// one was created, updated, deleted or blocked, or has reached a number of clicks.
//
// Nothing is added to the changes themselves. Messages are made of the audit
// chain, whose entries commit with their changes: any replica reads the blocks
// that were sealed since it was last read, so there is a message for every change
// that a subscription asks for, whichever process dies when, a second or two
// later. Made twice, a message is the same one.
//
// Messages and signatures follow Standard Webhooks (standardwebhooks.com). They
// arrive at least once and in no certain order; one that comes again has the same
// webhook-id. A target that does not take one is tried again for a day; then the
// message is dead, and can be sent again by hand.
//
// A target is a stranger's choice, so it is not trusted: https only, no redirects,
// no address inside this network, whatever its name resolves to, and nothing of
// its answer is kept but the status.
package webhooks
