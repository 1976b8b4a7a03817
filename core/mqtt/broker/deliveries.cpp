// Copies are queued, sent, recorded and sent again.
#include "mqtt/broker/deliveries.h"

namespace mqtt {

void Deliveries::deliver(Session& session, Delivery delivery, Instant now) {
  if (delivery.qos == QoS::AtMostOnce || goes_at_once(session)) {
    send(session, std::move(delivery), now);
  } else {
    enqueue(session, std::move(delivery));
  }
}

void Deliveries::send(Session& session, Delivery delivery, Instant now) {
  Connection& connection = *session.connection;
  if (delivery.qos == QoS::AtMostOnce) {
    write(connection, delivery, 0, false, now);
    return;
  }
  const PacketIdentifier identifier = add_to_flight(session, std::move(delivery));
  const Delivery& added = session.in_flight.find(identifier)->delivery;
  if (!write(connection, added, identifier, false, now)) settle(session, identifier);
}

bool Deliveries::enqueue(Session& session, Delivery delivery) {
  if (!has_room(session)) {
    ++statistics_.publishes_dropped;
    return false;
  }
  if (session.record != 0) record(session, delivery, 0, FlightState::Settled);
  count_queued(session, delivery);
  session.queue.push(std::move(delivery));
  return true;
}

Delivery Deliveries::dequeue(Session& session) {
  Delivery delivery = session.queue.pop();
  ++session.dequeued;
  const std::size_t bytes = delivery.message.memory_bytes();
  session.queued_bytes -= bytes;
  statistics_.queued_bytes -= bytes;
  --statistics_.queued_messages;
  return delivery;
}

void Deliveries::send_waiting(Session& session, Instant now) {
  if (session.resuming) resend(session, now);
  const std::size_t waiting = session.queue.size();
  if (waiting > 0 && session.retained != nullptr && !session.retained->had_last_turn && has_window(session)) {
    session.retained->had_last_turn = true;
    return retained_turns_.add(session);
  }
  while (!session.queue.empty() && has_window(session)) {
    Delivery delivery = dequeue(session);
    if (delivery.message.expired(now)) {  // [MQTT-3.3.2-5]
      recorder_.erase_delivery(session, delivery);
    } else {
      send(session, std::move(delivery), now);
    }
  }
  const std::size_t taken = waiting - session.queue.size();
  if (taken > 0 && session.retained != nullptr) session.retained->had_last_turn = false;
  back_pressure_.note_taken(session, taken);
}

void Deliveries::resume(Session& session, Instant now) {
  session.in_flight.for_each([](PacketIdentifier, FlightEntry& entry) { entry.is_sent = false; });
  session.resuming = session.in_flight.size() > 0;
  send_waiting(session, now);
}

void Deliveries::restore(Session& session, Delivery delivery, PacketIdentifier identifier, FlightState state) {
  if (identifier != 0 && state != FlightState::Settled) {
    session.in_flight.restore(identifier, std::move(delivery), state);
  } else if (delivery.message) {
    count_queued(session, delivery);
    session.queue.push(std::move(delivery));
  }
}

// Everything unacknowledged goes out again in its first order. [MQTT-4.4.0-1] [MQTT-4.6.0-1]
void Deliveries::resend(Session& session, Instant now) {
  Connection& connection = *session.connection;
  std::size_t on_the_way = 0;
  std::vector<PacketIdentifier> too_large;  // for this connection: another may take less than the last
  session.resuming = false;
  session.in_flight.for_each([&](PacketIdentifier identifier, FlightEntry& entry) {
    if (entry.is_sent) {
      ++on_the_way;
    } else if (on_the_way >= connection.receive_maximum) {
      session.resuming = true;
    } else {
      entry.is_sent = true;
      if (entry.state == FlightState::AwaitingPubcomp) {
        outputs_.respond(connection, PacketType::Pubrel, identifier, ReasonCode::Success);
      } else if (!write(connection, entry.delivery, identifier, true, now)) {
        return too_large.push_back(identifier);
      }
      ++on_the_way;
    }
  });
  for (const PacketIdentifier identifier : too_large)
    settle(session, identifier);
}

bool Deliveries::write(Connection& connection, const Delivery& delivery, PacketIdentifier identifier, bool dup,
                       Instant now) {
  delivery.message.to_publish(stored_, now);
  stored_.qos = delivery.qos;
  stored_.retain = delivery.retain;
  stored_.dup = dup;
  stored_.packet_identifier = identifier;
  stored_.properties.subscription_identifiers = delivery.subscription_identifiers;
  return outputs_.write_publish(connection, stored_, delivery.message.shared_payload());
}

void Deliveries::count_queued(Session& session, const Delivery& delivery) {
  const std::size_t bytes = delivery.message.memory_bytes();
  session.queued_bytes += bytes;
  statistics_.queued_bytes += bytes;
  ++statistics_.queued_messages;
}

void Deliveries::record(Session& session, Delivery& delivery, PacketIdentifier identifier, FlightState state) {
  const SharedGroup* group = subscriptions_.find_group(delivery.shared_group);
  recorder_.delivery(session, delivery, identifier, state,
                     group == nullptr ? std::string() : subscriptions_.share_of(*group));
}

}  // namespace mqtt
