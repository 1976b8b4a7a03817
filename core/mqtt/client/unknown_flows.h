// QoS 2 flows of another process that the server may still have, and that a message under the same packet identifier
// would be taken for: each identifier is released by a PUBREL before its first use.
#pragma once

#include <utility>

#include "mqtt/packet/packet.h"
#include "mqtt/session/packet_identifier_set.h"

namespace mqtt {

class UnknownFlows {
 public:
  // Another transport: what was under way on the last one is not known to have arrived.
  void begin_transport() { releasing_.clear(); }
  // The CONNACK came. `has_others`: a session that is there and is not known to be ours may have such flows.
  void connected(bool session_present, bool has_others) {
    const bool was_known = std::exchange(is_known_, true);
    exist_ = session_present && (was_known ? exist_ : has_others);
  }
  // A flow of our own was given up, and the server may have it.
  void add(PacketIdentifier identifier) {
    exist_ = true;
    released_.erase(identifier);
  }

  // Whether a PUBREL is to go before a QoS 2 message under this identifier; it counts as sent.
  bool begin_release(PacketIdentifier identifier) {
    if (!exist_ || released_.contains(identifier)) return false;
    releasing_.insert(identifier);
    return true;
  }
  // A PUBCOMP came; false if it is none to such a PUBREL.
  bool finish_release(PacketIdentifier identifier) {
    if (!releasing_.erase(identifier)) return false;
    released_.insert(identifier);
    return true;
  }

 private:
  bool is_known_ = false;  // the session is ours from its beginning, or gone on with
  bool exist_ = false;     // their identifiers are not all released
  PacketIdentifierSet released_;
  PacketIdentifierSet releasing_;  // on this transport, without a PUBCOMP yet
};

}  // namespace mqtt
