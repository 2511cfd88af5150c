// Package outbox brings every committed change of a link into the feed.
//
// A change commits together with a row in the outbox table; links that one
// transaction creates share one, their block. The replica that
// committed it publishes it at once (Publish). Whatever is left there after a
// second, because that replica died or the feed did not answer, any replica
// picks up (the sweep).
//
// It promises that the last version of every link reaches the feed, whichever
// process dies when: a row goes only after the feed has taken its version or a
// newer one. A row says which link changed, not what it was: a link is read when
// it is published, so a late publisher never brings back an old version, and a
// change that is published twice changes nothing.
package outbox
