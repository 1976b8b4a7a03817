// $share: sessions join and leave groups, and a message to a group goes to one member. [MQTT5 4.8.2]
#include <algorithm>
#include <utility>

#include "mqtt/broker/broker_state.h"
#include "mqtt/broker/subscription_options.h"

namespace mqtt {

SharedGroup* Broker::State::find_group(const ParsedTopicFilter& parsed) {
  return shared_groups_.find(parsed.share_name, subscriptions_.place_of(parsed.filter));
}

SharedGroup& Broker::State::obtain_group(const ParsedTopicFilter& parsed) {
  if (SharedGroup* existing = find_group(parsed)) return *existing;
  const SubscriberId number = shared_groups_.next_number();
  const auto inserted =
      subscriptions_.insert(parsed.filter, {.subscriber = number, .subscription_identifier = 0, .options = 0});
  return shared_groups_.add(number, parsed.share_name, inserted.place);
}

void Broker::State::leave_group(SharedGroup& group, SubscriberId session) {
  shared_groups_.erase(group, session);
  --statistics_.shared_subscriptions;
  if (group.members != 0) return;
  subscriptions_.erase(group.filter, group.number);
  shared_groups_.remove(group);
}

std::string Broker::State::share_of(const SharedGroup& group) const {
  return std::string(shared_groups_.share_name(group)) + "/" + subscriptions_.filter_at(group.filter);
}

const Subscription* Broker::State::next_member(SharedGroup& group, QoS qos) {
  return shared_groups_.choose_member(group, [&](const Subscription& member) {
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
  SharedGroup* group = shared_groups_.find(delivery.shared_group);
  if (group == nullptr || delivery.message.expired(now)) return;
  const Subscription* member = next_member(*group, delivery.message.qos());
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
