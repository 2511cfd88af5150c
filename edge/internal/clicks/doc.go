// Package clicks counts clicks off the request path and ships them to the
// control plane, each exactly once.
//
// Record appends to a buffer in memory. A drain adds the buffers up per link and
// minute, and a shipper sends the sums in numbered batches: edge, epoch (rises
// with every start), sequence (1, 2, … within an epoch). One batch is under way
// at a time, and the same batch, byte for byte, is sent until a control plane
// acknowledges it; the number lets the other side book it once, however often it
// arrives. What is counted meanwhile makes up the next batch.
//
// Memory is bounded: when too many distinct links were clicked while no control
// plane answers, clicks of further ones are lost, and counted as such. Clicks
// that Stop cannot ship are counted as lost too, and so are all that were not
// shipped when the process dies, though nobody is left to say so.
package clicks
