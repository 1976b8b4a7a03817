// The broker's connections: opened, timed and ended; what is in their packets is somebody else's.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "mqtt/broker/session_endings.h"
#include "mqtt/connection/explanation.h"

namespace mqtt {

class Connections {
 public:
  Connections(const BrokerOptions& options, BrokerStatistics& statistics, BrokerObserver& observer,
              DeadlineQueue& deadlines, Outputs& outputs, BackPressure& back_pressure, SessionEndings& endings)
      : options_(options),
        statistics_(statistics),
        observer_(observer),
        deadlines_(deadlines),
        outputs_(outputs),
        back_pressure_(back_pressure),
        endings_(endings) {}

  // It lives as long as this, and is another one after release().
  Connection& at(ConnectionId id) const { return *by_id_[id]; }
  std::size_t size() const { return by_id_.size() - free_ids_.size(); }

  Connection& open(Instant now, Origin origin);
  // A connection whose transport lives: DISCONNECT to a 5.0 client where the standard has one, and no more after it.
  // `said`: what the host has to say about it; null: nothing. Nothing if it is over.
  void end(Connection& connection, const Error& error, bool orderly, Instant now, const Properties* said = nullptr);
  void end_all(const Error& error, Instant now);
  // The transport is gone; the number is free again.
  void release(Connection& connection, Instant now);
  // Writes an answer that the client waits for, less what of its `properties` may be left out: without it the
  // connection is of no use and ends.
  template <typename Encode>
  void answer(Connection& connection, Instant now, Properties& properties, Encode&& encode) {
    if (fit_explanation(properties, [&] { return outputs_.write(connection, encode); })) return;
    const Error error{Fault::LimitReached, ReasonCode::PacketTooLarge,
                      "an answer is larger than the client's Maximum Packet Size"};
    end(connection, error, false, now);
  }

  // --- deadlines of the kinds Connect and KeepAlive
  void begin_keep_alive(const Connection& connection, Instant from);
  bool is_outdated(const Deadline& deadline) const;
  // Precondition: it is not outdated.
  void run(const Deadline& deadline, Instant now);

 private:
  void finish(Connection& connection, const Error& error, bool orderly, Instant now);
  void send_disconnect(Connection& connection, const Error& error, const Properties* said);

  const BrokerOptions& options_;
  BrokerStatistics& statistics_;
  BrokerObserver& observer_;
  DeadlineQueue& deadlines_;
  Outputs& outputs_;
  BackPressure& back_pressure_;
  SessionEndings& endings_;
  std::vector<std::unique_ptr<Connection>> by_id_;
  std::vector<ConnectionId> free_ids_;
  std::uint32_t last_serial_ = 0;
};

}  // namespace mqtt
