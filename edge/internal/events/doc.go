// Package events tells Kafka of every click, as one event each.
//
// It has a cursor of its own in the spool, so that shipping never waits for
// Kafka, and nothing is lost while Kafka is away. Only when the events that wait
// take half of the spool does it skip what is oldest, and count it.
//
// An event arrives at least once; one that arrives again has the same id. The key
// of an event is its link, so the clicks of a link that one edge answered arrive
// in order. An event holds no more of an address than its network, and nothing of
// a visitor who does not want to be followed.
package events
