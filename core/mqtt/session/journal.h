// What has to outlive a machine's process: a broker's sessions and retained messages, a client's session.
#pragma once

#include "mqtt/base/bytes.h"

namespace mqtt {

// Implemented by the host's storage: an ordered map from bytes to bytes, for one machine. Called inside a step; it
// must not call the machine, and views end with the call. The host writes a connection's output only after everything
// that was put and erased before is stored for good: what the other end has seen acknowledged is kept then, whatever
// happens.
//
// Keys are at most 65,600 bytes, values at most the largest packet and 64 bytes. What they hold is the machine's: it
// gets all of them back in the order of their keys, by restore(), before it opens a connection.
class Journal {
 public:
  virtual ~Journal() = default;
  // In the place of what was there under the key.
  virtual void put(Bytes key, Bytes value) = 0;
  // What is not there is no error.
  virtual void erase(Bytes key) = 0;
};

}  // namespace mqtt
