// $share: sessions join and leave groups, and a message to a group goes to one member. [MQTT5 4.8.2]
#include <algorithm>
#include <utility>

#include "mqtt/broker/broker_state.h"
#include "mqtt/broker/subscription_options.h"

namespace mqtt {

void Broker::State::join_group(std::string_view share, std::string_view filter, const Subscription& member) {
  auto found = shared_group_ids_.find(share);
  if (found == shared_group_ids_.end()) {
    do {
      last_shared_group_ = (last_shared_group_ + 1) | kSharedGroupBit;
    } while (shared_groups_.contains(last_shared_group_));
    SharedGroup& group = shared_groups_[last_shared_group_];
    group.id = last_shared_group_;
    group.share = share;
    group.filter = filter;
    found = shared_group_ids_.emplace(group.share, group.id).first;
    subscriptions_.insert(filter, {.subscriber = group.id, .subscription_identifier = 0, .options = 0});
  }
  if (shared_groups_[found->second].insert(member)) ++statistics_.shared_subscriptions;
}

void Broker::State::leave_group(std::string_view share, SubscriberId session) {
  const auto found = shared_group_ids_.find(share);
  if (found == shared_group_ids_.end()) return;
  SharedGroup& group = shared_groups_[found->second];
  if (group.erase(session)) --statistics_.shared_subscriptions;
  if (!group.members.empty()) return;
  subscriptions_.erase(group.filter, group.id);
  shared_groups_.erase(found->second);
  shared_group_ids_.erase(found);
}

const Subscription* Broker::State::next_member(SharedGroup& group, QoS qos) {
  return choose_member(group, [&](const Subscription& member) {
    const Session& session = *subscribers_[member.subscriber];
    const Connection* connection = session.connection;
    if (std::min(qos, packed_maximum_qos(member.options)) == QoS::AtMostOnce) {
      return connection != nullptr && takes_qos_zero(*connection) ? MemberFit::AtOnce : MemberFit::No;
    }
    if (session.queue.empty() && has_window(session)) return MemberFit::AtOnce;
    if (!has_room(session)) return MemberFit::No;
    return connection == nullptr ? MemberFit::KeptUntilBack : MemberFit::KeptUntilRoom;
  });
}

void Broker::State::pass_on(Session& gone, Instant now) {
  // A QoS 2 message on its way may have arrived, so nobody else may get it. [MQTT-4.8.2-5]
  gone.in_flight.for_each([&](PacketIdentifier, FlightEntry& entry) {
    if (entry.state == FlightState::AwaitingPuback) pass_on(entry.delivery, now);
    recorder_.erase_delivery(gone, entry.delivery);
  });
  while (!gone.queue.empty()) {
    Delivery delivery = dequeue(gone);
    pass_on(delivery, now);
    recorder_.erase_delivery(gone, delivery);
  }
}

void Broker::State::pass_on(const Delivery& delivery, Instant now) {
  const auto found = shared_groups_.find(delivery.shared_group);
  if (found == shared_groups_.end() || delivery.message.expired(now)) return;
  const Subscription* member = next_member(found->second, delivery.message.qos());
  if (member == nullptr) {
    ++statistics_.publishes_dropped;
    return;
  }
  Session& session = *subscribers_[member->subscriber];
  Delivery passed{.message = delivery.message,
                  .subscription_identifiers = {},
                  .shared_group = delivery.shared_group,
                  .qos = std::min(delivery.message.qos(), packed_maximum_qos(member->options)),
                  .retain = delivery.message.retain() && packed_retain_as_published(member->options)};
  if (member->subscription_identifier != 0) passed.subscription_identifiers = {member->subscription_identifier};
  const bool goes_now = passed.qos == QoS::AtMostOnce || (session.queue.empty() && has_window(session));
  if (goes_now) {
    send_delivery(session, std::move(passed), now);
  } else {
    enqueue(session, std::move(passed));
  }
}

}  // namespace mqtt
