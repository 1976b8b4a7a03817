// What was sent and awaits its acknowledgement, by packet identifier and in the order of sending.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mqtt/packet/packet.h"
#include "mqtt/session/message.h"

namespace mqtt {

// A message on its way to one receiver.
struct Delivery {
  Message message;
  std::uint64_t record = 0;  // its number in a journal; 0: none
  std::vector<std::uint32_t> subscription_identifiers;
  std::uint32_t shared_group =
      0;  // whose message it is, to pass on if this receiver is gone for good; 0: nobody else's
  QoS qos = QoS::AtMostOnce;
  bool retain = false;
};

enum class FlightState : std::uint8_t {
  Settled,  // done; the identifier is free again when all before it are done too
  AwaitingPuback,
  AwaitingPubrec,
  AwaitingPubcomp,
  AwaitingSuback,
  AwaitingUnsuback,
};

struct FlightEntry {
  Delivery delivery;        // the message goes when a PUBREC has come
  std::uint32_t token = 0;  // the owner's
  FlightState state = FlightState::Settled;
  bool is_sent = true;               // on the present connection; a resumed session sends again [MQTT-4.4.0-1]
  bool is_discarded = false;         // its owner gave it up: what ends with the session is not begun again in the next
  bool is_release_repeated = false;  // its PUBREL went out on an earlier connection too
};

// Packet identifiers are given out in turn, 1 to 65,535 and again, so an entry is found by subtraction and the order of
// sending is the order of the entries [MQTT-4.6.0-1]. The cost: an entry that is never acknowledged holds the place of
// all behind it, so add() refuses once the identifiers have come round to it.
class OutgoingFlight {
 public:
  static constexpr std::size_t kIdentifiers = 65'535;

  // Entries that are not settled.
  std::size_t size() const { return unsettled_; }
  // False when the next packet identifier is still in use. [MQTT-2.2.1-3]
  bool can_add() const { return span_ < kIdentifiers; }

  // Precondition: can_add(); state is not Settled.
  PacketIdentifier add(Delivery delivery, std::uint32_t token, FlightState state);
  // Puts back what add() had given this identifier before a restart. Precondition: the identifiers come in the order in
  // which they were given out, and nothing was added.
  void restore(PacketIdentifier identifier, Delivery delivery, FlightState state);
  // Null when no unsettled entry has the identifier. The pointer holds until the next add() or settle().
  FlightEntry* find(PacketIdentifier identifier);
  // Precondition: find(identifier).
  void settle(PacketIdentifier identifier);
  void clear();

  // Unsettled entries in the order of sending: visit(identifier, entry). It may change an entry's fields, not the
  // flight.
  template <typename Visit>
  void for_each(Visit&& visit) {
    for (std::size_t offset = 0; offset < span_; ++offset) {
      FlightEntry& entry = at(offset);
      if (entry.state != FlightState::Settled) visit(identifier_at(offset), entry);
    }
  }

 private:
  FlightEntry& at(std::size_t offset) { return ring_[(head_ + offset) & (ring_.size() - 1)]; }
  PacketIdentifier identifier_at(std::size_t offset) const {
    return static_cast<PacketIdentifier>((first_ + offset) % kIdentifiers + 1);
  }
  void grow();

  std::vector<FlightEntry> ring_;  // a power of two, or empty
  std::size_t head_ = 0;           // of the oldest entry in ring_
  std::size_t span_ = 0;           // entries from the oldest unsettled one on, settled ones between included
  std::size_t unsettled_ = 0;
  std::size_t first_ = 0;  // the oldest entry's identifier less 1
};

}  // namespace mqtt
