// The broker module's machines: clients, a broker, and the links between them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "broker_machine.h"
#include "machines.h"

namespace wasmqtt {

class BrokerMachines final : public Machines {
 private:
  void consume_other_output() override;
  void carry_out_other(CommandReader& command, mqtt::Instant now) override;
  void advance_others(mqtt::Instant now) override;
  void exchange(mqtt::Instant now) override;
  void write_other_output() override;
  mqtt::Instant others_deadline() const override;
  void count(Statistics& statistics) const override;
  void destroy_client(std::uint32_t number, mqtt::Instant now) override;

  void link(CommandReader& command, mqtt::Instant now);
  void unlink(std::uint32_t connection, mqtt::Instant now);
  void note_writable(std::uint32_t connection);
  void send_to_broker(ClientMachine& client, mqtt::Instant now);
  void send_to_client(std::uint32_t connection, mqtt::Instant now);

  std::optional<BrokerMachine> broker_;
  std::vector<std::uint32_t> resumed_;  // links to clients that take bytes again
};

}  // namespace wasmqtt
