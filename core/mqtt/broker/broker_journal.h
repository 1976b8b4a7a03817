// What a broker has to keep beyond its process: sessions, their subscriptions and messages, retained messages.
#pragma once

#include "mqtt/base/bytes.h"

namespace mqtt {

// Implemented by the host's storage: an ordered map from octets to octets. Called inside a step; it must not call the
// broker, and views end with the call. The host writes a connection's output only after everything that was put and
// erased before is stored for good: what a client has seen acknowledged is kept then, whatever happens.
//
// Keys are at most 65,600 octets, values at most the largest packet and 64 octets. What they hold is the broker's: it
// gets all of them back in the order of their keys, by Broker::restore(), before it opens a connection.
class BrokerJournal {
 public:
  virtual ~BrokerJournal() = default;
  // In the place of what was there under the key.
  virtual void put(Bytes key, Bytes value) = 0;
  // What is not there is no error.
  virtual void erase(Bytes key) = 0;
};

}  // namespace mqtt
