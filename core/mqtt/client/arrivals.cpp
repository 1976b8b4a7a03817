// Arrivals are found by their identifiers and leave in their order.
#include "mqtt/client/arrivals.h"

namespace mqtt {

Arrival& Arrivals::add(PacketIdentifier identifier, PacketType answer) {
  unanswered_.insert(identifier);
  in_order_.push({.identifier = identifier, .answer = answer});
  return in_order_.back();
}

Arrival* Arrivals::find_undecided(PacketIdentifier identifier) {
  if (!contains(identifier)) return nullptr;
  const auto is_it = [&](const Arrival& arrival) { return arrival.identifier == identifier && !arrival.is_decided; };
  // Servers count their packet identifiers up, so it mostly stands where the count says.
  const std::size_t expected = static_cast<PacketIdentifier>(identifier - in_order_.front().identifier);
  if (expected < in_order_.size() && is_it(in_order_[expected])) return &in_order_[expected];
  for (std::size_t i = 0; i < in_order_.size(); ++i) {
    if (is_it(in_order_[i])) return &in_order_[i];
  }
  return nullptr;
}

std::optional<Arrival> Arrivals::take_decided() {
  while (!in_order_.empty() && in_order_.front().is_decided) {
    Arrival arrival = in_order_.pop();
    if (arrival.packet.empty()) continue;
    unanswered_.erase(arrival.identifier);
    return arrival;
  }
  return std::nullopt;
}

}  // namespace mqtt
