// Package limits bounds how many requests a second a client may make.
//
// It is the generic cell rate algorithm (ITU-T I.371, in its virtual scheduling
// form): a client has a bucket of as many requests as it may make in a second,
// which fills evenly. Its whole state is one time, the moment at which the bucket
// is full again, so a client costs 100 bytes and no timer. It is exact: of
// requests at one moment exactly the limit pass, and of any others never more than
// the limit and what has come in since.
//
// A replica counts what it is asked itself. A fleet of n replicas behind a
// balancer lets at most n times the limit pass, and what one replica takes is
// never more than the limit. An exact limit for the fleet would need an answer from
// elsewhere before every request: the very delay and the very outage that a
// limit is there to prevent.
package limits
