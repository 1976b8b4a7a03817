// A broker, and the links between it and clients of the same module.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "broker_machine.h"
#include "machines.h"

namespace wasmqtt {

class BrokerMachines final : public OtherMachines {
 public:
  explicit BrokerMachines(Machines& machines) : machines_(machines) { machines.attach(*this); }

  void create_broker(const mqtt::BrokerOptions& options, const BrokerMachine::Wants& wants);
  // nullptr before create_broker().
  BrokerMachine* broker() { return broker_ ? &*broker_ : nullptr; }
  // Joins a client and the broker, whose end has the number `connection`, in place of a transport.
  void link(std::uint32_t client, std::uint32_t connection, const mqtt::Connect& connect);
  void unlink(std::uint32_t connection);

 private:
  void consume_output() override;
  void carry_out(CommandReader& command) override;
  void advance() override;
  void exchange() override;
  void write_output() override;
  mqtt::Instant next_deadline() const override;
  void client_ends(ClientMachine& client) override;

  void note_writable(std::uint32_t connection);
  void send_to_broker(ClientMachine& client);
  void send_to_client(std::uint32_t connection);

  Machines& machines_;
  std::optional<BrokerMachine> broker_;
  std::vector<std::uint32_t> resumed_;  // links to clients that take bytes again
};

}  // namespace wasmqtt
