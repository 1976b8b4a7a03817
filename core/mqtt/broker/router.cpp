// Matches of a message, merged by session; each is delivered in the form that it asks for.
#include "mqtt/broker/router.h"

#include <algorithm>
#include <array>
#include <utility>

#include "mqtt/broker/subscription_options.h"
#include "mqtt/codec/encode.h"

namespace mqtt {

struct Router::Route {
  Publish& publish;
  Instant now;
  QoS qos;      // as published
  bool retain;  // as published
  bool is_shared;
  FrameReader* reader;  // which the message was read by; null: none
  Message message;      // made when somebody has to keep it
  SharedBytes shared_payload;
  Session* crowded = nullptr;  // as in Acceptance

  const Message& kept() {
    if (!message) {
      publish.qos = qos;
      publish.retain = retain;
      message = Message::keep(publish, now, payload());
      shared_payload = message.shared_payload();
    }
    return message;
  }
  const SharedBytes& payload() {
    if (!is_shared || shared_payload) return shared_payload;
    shared_payload = reader == nullptr ? SharedBytes::copy_of(publish.payload) : reader->share(publish.payload);
    return shared_payload;
  }
};

namespace {

constexpr std::size_t kFormsOfAVersion = 6;

// 3.1 and 3.1.1 have the same PUBLISH.
std::size_t form_index(ProtocolVersion version, QoS qos, bool retain) {
  return (version == ProtocolVersion::V5_0 ? kFormsOfAVersion : 0) + static_cast<std::size_t>(qos) * 2 +
         (retain ? 1 : 0);
}

}  // namespace

Router::Acceptance Router::accept(Publish& publish, const Session* publisher, Instant now) {
  Route route{.publish = publish,
              .now = now,
              .qos = publish.qos,
              .retain = publish.retain,
              .is_shared = publish.payload.size() >= kSharedPayloadThreshold,
              .reader = publisher == nullptr ? nullptr : &publisher->connection->reader,
              .message = {},
              .shared_payload = {}};
  const PacketIdentifier identifier = std::exchange(publish.packet_identifier, PacketIdentifier{0});
  const bool dup = std::exchange(publish.dup, false);
  if (route.retain) {
    // An empty payload removes what is retained; it is routed all the same. [MQTT-3.3.1-6] [MQTT-3.3.1-7]
    if (publish.payload.empty()) {
      retained_.erase(publish.topic);
    } else {
      retained_.set(publish.topic, route.kept());
    }
    retained_.tell_watcher(publish.topic, publisher == nullptr ? std::string_view() : publisher->client_identifier);
  }
  subscriptions_matched_.clear();
  subscriptions_.match(publish.topic, subscriptions_matched_);
  if (forms_.empty()) forms_.resize(2 * kFormsOfAVersion);
  ++route_serial_;
  merge_matches(route.qos, publisher);
  for (const Match& match : matches_)
    deliver(route, match);
  publish.qos = route.qos;
  publish.retain = route.retain;
  publish.packet_identifier = identifier;
  publish.dup = dup;
  return {.matched = !subscriptions_matched_.empty(), .crowded = route.crowded};
}

// One session gets one copy, at the highest QoS that its matching subscriptions grant, with the identifiers of all of
// them.
void Router::merge_matches(QoS qos, const Session* publisher) {
  matches_.clear();
  for (const Subscription& subscription : subscriptions_matched_) {
    if (is_shared_group(subscription.subscriber)) {
      SharedGroup& group = *subscriptions_.find_group(subscription.subscriber);
      if (const Subscription* member = next_member(group, qos)) {
        matches_.push_back({.session = sessions_.at(member->subscriber),
                            .shared_group = group.number,
                            .options = member->options,
                            .subscription_identifier = member->subscription_identifier,
                            .further_identifiers = {}});
      } else {
        ++statistics_.publishes_dropped;
      }
      continue;
    }
    Session& session = *sessions_.at(subscription.subscriber);
    if (packed_no_local(subscription.options) && &session == publisher) continue;  // [MQTT-3.8.3-3]
    if (session.route_serial != route_serial_) {
      session.route_serial = route_serial_;
      session.route_index = static_cast<std::uint32_t>(matches_.size());
      matches_.push_back({.session = &session,
                          .options = subscription.options,
                          .subscription_identifier = subscription.subscription_identifier,
                          .further_identifiers = {}});
      continue;
    }
    Match& match = matches_[session.route_index];
    const QoS highest = std::max(packed_maximum_qos(match.options), packed_maximum_qos(subscription.options));
    const bool as_published =
        packed_retain_as_published(match.options) || packed_retain_as_published(subscription.options);
    match.options = pack({.maximum_qos = highest, .retain_as_published = as_published});
    if (subscription.subscription_identifier == 0) continue;
    if (match.subscription_identifier == 0) {
      match.subscription_identifier = subscription.subscription_identifier;
    } else {
      match.further_identifiers.push_back(subscription.subscription_identifier);
    }
  }
}

const Subscription* Router::next_member(SharedGroup& group, QoS qos) {
  return subscriptions_.choose_member(group, [&](const Subscription& member) {
    const Session& session = *sessions_.at(member.subscriber);
    const Connection* connection = session.connection;
    if (std::min(qos, packed_maximum_qos(member.options)) == QoS::AtMostOnce) {
      return connection != nullptr && deliveries_.takes_qos_zero(*connection) ? MemberFit::AtOnce : MemberFit::No;
    }
    if (deliveries_.goes_at_once(session)) return MemberFit::AtOnce;
    if (!deliveries_.has_room(session)) return MemberFit::No;
    return connection == nullptr ? MemberFit::KeptUntilBack : MemberFit::KeptUntilRoom;
  });
}

void Router::deliver(Route& route, const Match& match) {
  Session& session = *match.session;
  Connection* connection = session.connection;
  // What is to be retained takes the place of what was.
  if (session.retained != nullptr && !route.retain)
    retained_slices_.tell_early(session, route.publish.topic, route.now);
  const QoS qos = std::min(route.qos, packed_maximum_qos(match.options));
  const bool retain = route.retain && packed_retain_as_published(match.options);  // [MQTT-3.3.1-12] [MQTT-3.3.1-13]
  if (qos != QoS::AtMostOnce) return deliver_acknowledged(route, session, match, qos, retain);
  if (connection == nullptr) return;
  if (!deliveries_.takes_qos_zero(*connection)) {
    ++statistics_.publishes_dropped;
    return;
  }
  write(route, *connection, match, qos, retain, 0);
}

void Router::deliver_acknowledged(Route& route, Session& session, const Match& match, QoS qos, bool retain) {
  Delivery delivery{.message = route.kept(),
                    .subscription_identifiers = {},
                    .shared_group = match.shared_group,
                    .qos = qos,
                    .retain = retain};
  if (match.subscription_identifier != 0) {
    delivery.subscription_identifiers = match.further_identifiers;
    delivery.subscription_identifiers.insert(delivery.subscription_identifiers.begin(), match.subscription_identifier);
  }
  if (!deliveries_.goes_at_once(session)) {
    if (deliveries_.enqueue(session, std::move(delivery)) && BackPressure::is_waited_for(session))
      route.crowded = &session;
    return;
  }
  const PacketIdentifier identifier = deliveries_.add_to_flight(session, std::move(delivery));
  // What the client is too small for counts as sent. [MQTT-3.1.2-25]
  if (!write(route, *session.connection, match, qos, retain, identifier)) deliveries_.settle(session, identifier);
}

void Router::pass_on(Session& gone, Instant now) {
  // A QoS 2 message on its way may have arrived, so nobody else may get it. [MQTT-4.8.2-5]
  gone.in_flight.for_each([&](PacketIdentifier, FlightEntry& entry) {
    if (entry.state == FlightState::AwaitingPuback) pass_on(entry.delivery, now);
    recorder_.erase_delivery(gone, entry.delivery);
  });
  while (!gone.queue.empty()) {
    Delivery delivery = deliveries_.dequeue(gone);
    pass_on(delivery, now);
    recorder_.erase_delivery(gone, delivery);
  }
}

void Router::pass_on(const Delivery& delivery, Instant now) {
  SharedGroup* group = subscriptions_.find_group(delivery.shared_group);
  if (group == nullptr || delivery.message.expired(now)) return;
  const Subscription* member = next_member(*group, delivery.message.qos());
  if (member == nullptr) {
    ++statistics_.publishes_dropped;
    return;
  }
  Session& session = *sessions_.at(member->subscriber);
  Delivery passed{.message = delivery.message,
                  .subscription_identifiers = {},
                  .shared_group = delivery.shared_group,
                  .qos = std::min(delivery.message.qos(), packed_maximum_qos(member->options)),
                  .retain = delivery.message.retain() && packed_retain_as_published(member->options)};
  if (member->subscription_identifier != 0) passed.subscription_identifiers = {member->subscription_identifier};
  deliveries_.deliver(session, std::move(passed), now);
}

bool Router::write(Route& route, Connection& connection, const Match& match, QoS qos, bool retain,
                   PacketIdentifier identifier) {
  const bool is_own = match.subscription_identifier != 0 && connection.version == ProtocolVersion::V5_0;
  const bool has_aliases = connection.outgoing_aliases != nullptr;
  if (!is_own && !has_aliases && matches_.size() > 1) return write_form(route, connection, qos, retain, identifier);
  Publish& publish = route.publish;
  publish.qos = qos;
  publish.retain = retain;
  publish.packet_identifier = identifier;
  if (!is_own) return outputs_.write_publish(connection, publish, route.payload());
  auto& identifiers = publish.properties.subscription_identifiers;
  identifiers.assign(1, match.subscription_identifier);
  identifiers.insert(identifiers.end(), match.further_identifiers.begin(), match.further_identifiers.end());
  const bool written = outputs_.write_publish(connection, publish, route.payload());
  identifiers.clear();
  return written;
}

bool Router::write_form(Route& route, Connection& connection, QoS qos, bool retain, PacketIdentifier identifier) {
  Form& form = forms_[form_index(connection.version, qos, retain)];
  if (form.route_serial != route_serial_) {
    form.route_serial = route_serial_;
    form.bytes.clear();
    route.publish.qos = qos;
    route.publish.retain = retain;
    route.publish.packet_identifier = identifier;
    form.identifier_offset = encode_publish_head(route.publish, connection.version, form.bytes);
    form.size = form.bytes.size() + route.publish.payload.size();
    if (!route.is_shared) form.bytes.append(route.publish.payload);
  }
  if (form.size > connection.peer_maximum_packet_size) return false;
  OutputQueue& out = outputs_.of(connection);
  std::uint8_t* begin = out.extend(form.bytes.size());
  std::memcpy(begin, form.bytes.data(), form.bytes.size());
  if (identifier != 0) ByteBuffer::store_u16(begin + form.identifier_offset, identifier);
  if (route.is_shared) out.append_shared(route.payload());
  outputs_.count_sent(route.publish);
  return true;
}

}  // namespace mqtt
