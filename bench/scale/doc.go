// Package scale compares a system whose store holds very many links with one that
// holds few: what a create, a page of a listing, a miss and a redirect cost in each.
// It is acceptance case L5.
//
// Each system is a PostgreSQL server, an etcd, a control plane and an edge of its
// own. They take turns, and ratios are taken within a round, so that the machine's
// drift hits both alike.
//
// The control plane would take an hour to create ten million links. It creates some
// thousands, of real URLs, and the database multiplies what they left behind: see
// fill.sql, which says what is left out.
//
// Linux only: processor time is read from /proc.
package scale
