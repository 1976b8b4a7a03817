// Requests are noted when they go out, and made again from what was noted.
#include "mqtt/client/client_subscriptions.h"

#include "mqtt/codec/encode.h"

namespace mqtt {

void ClientSubscriptions::note_sent(const SubscriptionRequest& request, OperationToken token, bool is_remembered) {
  PendingSubscription pending{.token = token, .topic_filters = {}};
  ByteBuffer properties;
  const bool adds = is_remembered && !request.is_unsubscribe;
  if (adds) encode_properties(request.packet.properties, properties);
  for (const SubscribeEntry& entry : request.packet.entries) {
    const std::string& filter = pending.topic_filters.emplace_back(entry.topic_filter);
    if (request.is_unsubscribe) {
      remembered_.erase(filter);
    } else if (adds) {
      remembered_[filter] = {entry.options, std::string(as_text(properties.view()))};
    }
  }
  pending_.emplace(request.packet.packet_identifier, std::move(pending));
}

std::optional<PendingSubscription> ClientSubscriptions::take_pending(PacketIdentifier identifier) {
  auto node = pending_.extract(identifier);
  return node ? std::optional(std::move(node.mapped())) : std::nullopt;
}

}  // namespace mqtt
