// Each record in its place; what they say of each other is found by the session's number in the journal.
#include "mqtt/broker/restorer.h"

#include <utility>

#include "mqtt/broker/subscription_options.h"
#include "mqtt/topic/topic_filter.h"

namespace mqtt {

Result<void> Restorer::restore(Bytes key, Bytes value) {
  if (key.empty()) return damaged_record();
  const Bytes rest = key.subspan(1);
  switch (key[0]) {
    case '0':
      return recorder_.restore_version(value);
    case '1':
      return recorder_.restore_message(rest, value);
    case '2':
      return restore_session(rest, value);
    case '3':
      return restore_subscription(rest, value);
    case '4':
      return restore_incoming_qos2(rest);
    case '5':
      return restore_delivery(rest, value);
    case '6':
      return retained_.restore(rest, value);
    case '7':
      retained_.restore_note(rest);
      return {};
    default:
      return damaged_record();
  }
}

Result<void> Restorer::restore_session(Bytes key, Bytes value) {
  auto session = std::make_unique<Session>();
  if (const auto restored = recorder_.restore_session(key, value, *session); !restored) return restored.error();
  if (sessions_.find(session->client_identifier) != nullptr) return damaged_record();
  Session& added = sessions_.add(std::move(session));
  by_record_[added.record] = &added;
  return {};
}

Result<void> Restorer::restore_subscription(Bytes key, Bytes value) {
  auto restored = recorder_.restore_subscription(key, value);
  if (!restored) return restored.error();
  const auto session = by_record_.find(restored->session);
  const auto parsed = parse_topic_filter(restored->topic_filter);
  if (session == by_record_.end() || !parsed) return damaged_record();
  Subscription& subscription = restored->subscription;
  subscription.subscriber = session->second->id;
  const bool owes_retained = (subscription.options & kOwesRetained) != 0;
  subscription.options &= static_cast<std::uint8_t>(~kOwesRetained);
  const std::uint32_t number =
      subscriptions_.add(*session->second, restored->topic_filter, *parsed, subscription).number;
  if (owes_retained && parsed->share_name.empty()) owed_.push_back({session->second, number, subscription});
  return {};
}

Result<void> Restorer::restore_incoming_qos2(Bytes key) {
  const auto restored = recorder_.restore_incoming_qos2(key);
  if (!restored) return restored.error();
  const auto session = by_record_.find(restored->first);
  if (session == by_record_.end()) return damaged_record();
  session->second->incoming_qos2.insert(restored->second);
  return {};
}

Result<void> Restorer::restore_delivery(Bytes key, Bytes value) {
  auto restored = recorder_.restore_delivery(key, value);
  if (!restored) return restored.error();
  const auto found = by_record_.find(restored->session);
  if (found == by_record_.end()) return damaged_record();
  Session& session = *found->second;
  Delivery& delivery = restored->delivery;
  if (!restored->share.empty()) {
    const std::string topic_filter = std::string(kSharePrefix).append(restored->share);
    const auto parsed = parse_topic_filter(topic_filter);
    if (!parsed) return damaged_record();
    if (const SharedGroup* group = subscriptions_.find_group(*parsed)) delivery.shared_group = group->number;
  }
  deliveries_.restore(session, std::move(delivery), restored->identifier, restored->state);
  return {};
}

// Every client is gone: with the process that had them, if not before.
void Restorer::finish(Instant now) {
  recorder_.finish_restoring();
  // How far they had come is not recorded: what is sent twice so may have been sent and lost as well.
  for (const auto& [session, place, subscription] : std::exchange(owed_, {})) {
    retained_slices_.begin(*session, place, subscriptions_.filter_at(place), subscription);
    retained_slices_.record(*session);
  }
  for (const auto& [record, session] : std::exchange(by_record_, {}))
    endings_.restore(*session, now);
}

}  // namespace mqtt
