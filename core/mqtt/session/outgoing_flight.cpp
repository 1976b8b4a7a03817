// A ring of entries under consecutive packet identifiers.
#include "mqtt/session/outgoing_flight.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace mqtt {

PacketIdentifier OutgoingFlight::add(Delivery delivery, std::uint32_t token, FlightState state) {
  assert(can_add() && state != FlightState::Settled);
  if (span_ == ring_.size()) grow();
  FlightEntry& entry = at(span_);
  entry.delivery = std::move(delivery);
  entry.token = token;
  entry.state = state;
  entry.is_sent = true;
  entry.is_discarded = false;
  entry.is_release_repeated = false;
  ++unsettled_;
  return identifier_at(span_++);
}

void OutgoingFlight::restore(PacketIdentifier identifier, Delivery delivery, FlightState state) {
  if (span_ == 0) first_ = identifier - std::size_t{1};
  // What was settled in between leaves its places.
  while (identifier_at(span_) != identifier && can_add()) {
    if (span_ == ring_.size()) grow();
    at(span_++) = {};
  }
  if (!can_add()) return;
  add(std::move(delivery), 0, state);
  at(span_ - 1).is_sent = false;
}

FlightEntry* OutgoingFlight::find(PacketIdentifier identifier) {
  if (identifier == 0) return nullptr;
  const std::size_t offset = (identifier - std::size_t{1} + kIdentifiers - first_) % kIdentifiers;
  if (offset >= span_) return nullptr;
  FlightEntry& entry = at(offset);
  return entry.state == FlightState::Settled ? nullptr : &entry;
}

void OutgoingFlight::settle(PacketIdentifier identifier) {
  FlightEntry* entry = find(identifier);
  assert(entry != nullptr);
  entry->delivery = {};
  entry->state = FlightState::Settled;
  --unsettled_;
  while (span_ > 0 && at(0).state == FlightState::Settled) {
    head_ = (head_ + 1) & (ring_.size() - 1);
    first_ = (first_ + 1) % kIdentifiers;
    --span_;
  }
}

void OutgoingFlight::clear() {
  first_ = (first_ + span_) % kIdentifiers;
  ring_ = {};
  head_ = span_ = unsettled_ = 0;
}

void OutgoingFlight::grow() {
  std::vector<FlightEntry> larger(std::max<std::size_t>(4, ring_.size() * 2));
  for (std::size_t offset = 0; offset < span_; ++offset)
    larger[offset] = std::move(at(offset));
  ring_ = std::move(larger);
  head_ = 0;
}

}  // namespace mqtt
