// Each session's copies of messages: on their way to its client, waiting for it, or sent again on its next connection.
#pragma once

#include <cstddef>
#include <utility>

#include "mqtt/broker/back_pressure.h"
#include "mqtt/broker/outputs.h"
#include "mqtt/broker/recorder.h"
#include "mqtt/broker/retained_delivery.h"
#include "mqtt/broker/session.h"
#include "mqtt/broker/subscriptions.h"

namespace mqtt {

class Deliveries {
 public:
  Deliveries(const BrokerOptions& options, BrokerStatistics& statistics, Recorder& recorder,
             Subscriptions& subscriptions, Outputs& outputs, BackPressure& back_pressure, RetainedTurns& retained_turns)
      : options_(options),
        statistics_(statistics),
        recorder_(recorder),
        subscriptions_(subscriptions),
        outputs_(outputs),
        back_pressure_(back_pressure),
        retained_turns_(retained_turns) {}

  // --- what a session can take
  // Whether another QoS 1 or 2 PUBLISH may be on its way to the client. [MQTT-3.3.4-9]
  bool has_window(const Session& session) const {
    return session.connection != nullptr && !session.resuming && session.in_flight.can_add() &&
           session.in_flight.size() < session.connection->receive_maximum &&
           session.connection->output.size() <= options_.maximum_output_bytes;
  }
  // One that nothing has to wait before.
  bool goes_at_once(const Session& session) const { return session.queue.empty() && has_window(session); }
  // For one that waits.
  bool has_room(const Session& session) const {
    return session.queue.size() < options_.maximum_queued_messages &&
           session.queued_bytes < options_.maximum_queued_bytes && !is_full_in_all();
  }
  bool takes_qos_zero(const Connection& connection) const {
    return is_full_in_all() ? connection.output.empty() : connection.output.size() <= options_.maximum_output_bytes;
  }

  // --- one copy
  // At once, or behind what waits. Precondition at QoS 0: the client is connected.
  void deliver(Session& session, Delivery delivery, Instant now);
  // Precondition: has_window(), or of QoS 0 that the client is connected.
  void send(Session& session, Delivery delivery, Instant now);
  // False if it was dropped, for want of room.
  bool enqueue(Session& session, Delivery delivery);
  // The longest in the queue. Precondition: there is one.
  Delivery dequeue(Session& session);
  // A packet identifier for a copy that goes out now, and the end of it. Precondition: has_window().
  PacketIdentifier add_to_flight(Session& session, Delivery delivery) {
    const auto state = delivery.qos == QoS::AtLeastOnce ? FlightState::AwaitingPuback : FlightState::AwaitingPubrec;
    const PacketIdentifier identifier = session.in_flight.add(std::move(delivery), 0, state);
    if (session.record != 0) record(session, session.in_flight.find(identifier)->delivery, identifier, state);
    return identifier;
  }
  void settle(Session& session, PacketIdentifier identifier) {
    if (session.record != 0) recorder_.erase_delivery(session, session.in_flight.find(identifier)->delivery);
    session.in_flight.settle(identifier);
  }
  // As the journal says. Precondition: the session was restored.
  void restore(Session& session, Delivery delivery, PacketIdentifier identifier, FlightState state);

  // --- what waits
  // The client is back: what it has not acknowledged goes out again, and the rest behind it. [MQTT-4.4.0-1]
  void resume(Session& session, Instant now);
  // As far as the client's Receive Maximum and its output go.
  void send_waiting(Session& session, Instant now);
  // An acknowledgement made room.
  void go_on(Session& session, Instant now) {
    if (!session.queue.empty() || session.resuming) send_waiting(session, now);
    retained_turns_.add(session);
  }

 private:
  // As many messages, or bytes of them, as may wait for all clients together.
  bool is_full_in_all() const {
    return statistics_.queued_messages >= options_.maximum_queued_messages_in_all ||
           statistics_.queued_bytes >= options_.maximum_queued_bytes_in_all;
  }
  void count_queued(Session& session, const Delivery& delivery);
  // Precondition: the session has a record.
  void record(Session& session, Delivery& delivery, PacketIdentifier identifier, FlightState state);
  bool write(Connection& connection, const Delivery& delivery, PacketIdentifier identifier, bool dup, Instant now);
  void resend(Session& session, Instant now);

  const BrokerOptions& options_;
  BrokerStatistics& statistics_;
  Recorder& recorder_;
  Subscriptions& subscriptions_;
  Outputs& outputs_;
  BackPressure& back_pressure_;
  RetainedTurns& retained_turns_;
  Publish stored_;  // the one that goes out; its properties' memory is used again
};

}  // namespace mqtt
