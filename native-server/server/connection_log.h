// What the broker reports of its connections -> one line of the log each.
#pragma once

#include <spdlog/logger.h>

#include <memory>

#include "mqtt/broker/broker.h"

namespace wasmqtt {

class BrokerConnection;

class ConnectionLog {
 public:
  explicit ConnectionLog(std::shared_ptr<spdlog::logger> log) : log_(std::move(log)) {}

  void connected(const BrokerConnection& connection, const mqtt::ConnectedClient& client);
  void ended(const BrokerConnection& connection, const mqtt::ConnectionEnd& end);

 private:
  std::shared_ptr<spdlog::logger> log_;
};

}  // namespace wasmqtt
