// Messages of QoS 1 and 2 that the host acknowledges, when and how it wants: their answers go out in the order of
// arrival. [MQTT-4.6.0-2] [MQTT-4.6.0-3]
#pragma once

#include <cstddef>
#include <optional>

#include "mqtt/base/bytes.h"
#include "mqtt/packet/packet.h"
#include "mqtt/session/packet_identifier_set.h"
#include "mqtt/session/ring_queue.h"

namespace mqtt {

struct Arrival {
  PacketIdentifier identifier = 0;
  PacketType answer = PacketType::Puback;  // or Pubrec
  bool is_decided = false;
  bool ends_flow = false;  // the answer: a PUBACK, or a PUBREC that refuses
  ByteBuffer packet;       // the answer, when it is decided; empty: there is none
};

// Of one transport.
class Arrivals {
 public:
  void clear() {
    in_order_.clear();
    unanswered_.clear();
  }

  // A message under this identifier has no answer yet.
  bool contains(PacketIdentifier identifier) const { return unanswered_.contains(identifier); }
  // What the two answer holds until the next add() or take_decided(). Null if there is none.
  Arrival& add(PacketIdentifier identifier, PacketType answer);
  Arrival* find_undecided(PacketIdentifier identifier);
  // It is decided that there will be no answer: the server may send the message again.
  void leave(Arrival& arrival) {
    arrival.is_decided = true;
    arrival.packet.clear();
    unanswered_.erase(arrival.identifier);
  }
  // The next answer, up to the first arrival that is not decided.
  std::optional<Arrival> take_decided();

 private:
  RingQueue<Arrival> in_order_;
  PacketIdentifierSet unanswered_;
};

}  // namespace mqtt
