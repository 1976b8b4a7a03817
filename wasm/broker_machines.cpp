// Bytes between a broker and clients of the same module, until both are quiet.
#include "broker_machines.h"

#include <array>
#include <utility>

namespace wasmqtt {
namespace {

// Moves all that waits in `output` by `receive(bytes)` and `consume(count)`.
template <typename Receive, typename Consume>
void move_bytes(const mqtt::OutputQueue& output, Receive receive, Consume consume) {
  std::array<mqtt::Bytes, 16> runs;
  while (!output.empty()) {
    const std::size_t count = output.gather(runs);
    std::size_t moved = 0;
    for (std::size_t i = 0; i < count; ++i) {
      receive(runs[i]);
      moved += runs[i].size();
    }
    consume(moved);
  }
}

}  // namespace

void BrokerMachines::carry_out_other(CommandReader& command, mqtt::Instant now) {
  if (command.kind() == CommandKind::CreateBroker) {
    broker_.emplace(command.record<CreateBrokerCommand>(), boundary());
    return;
  }
  if (!broker_) return;
  switch (command.kind()) {
    case CommandKind::Link:
      return link(command, now);
    case CommandKind::Unlink:
      return unlink(command.subject(), now);
    case CommandKind::ConnectionSetWritable:
      broker_->carry_out(command, now);
      return note_writable(command.subject());
    default:
      return broker_->carry_out(command, now);
  }
}

void BrokerMachines::link(CommandReader& command, mqtt::Instant now) {
  const auto fields = command.record<ConnectCommand>();
  ClientMachine* const machine = client(fields.subject);
  if (machine == nullptr) return;
  touch(*machine);
  if (!machine->open_transport(command, fields, now)) return;
  machine->set_link(fields.connection);
  broker_->open(fields.connection, {}, now).client = fields.subject;
}

void BrokerMachines::unlink(std::uint32_t connection, mqtt::Instant now) {
  const BrokerMachine::Connection* const found = broker_->connection(connection);
  if (found == nullptr || !found->client) return;
  ClientMachine* const machine = client(*found->client);
  if (machine != nullptr && machine->link() == connection) {
    // What was said before the end arrives before it, as over a transport.
    send_to_broker(*machine, now);
    machine->set_link(std::nullopt);
  }
  broker_->close(connection, now);
}

// What came for a linked client while it took nothing is handed over when it does again.
void BrokerMachines::note_writable(std::uint32_t connection) {
  const BrokerMachine::Connection* const found = broker_->connection(connection);
  if (found != nullptr && found->client && found->is_writable) resumed_.push_back(connection);
}

void BrokerMachines::destroy_client(std::uint32_t number, mqtt::Instant now) {
  if (const ClientMachine* const machine = client(number); machine != nullptr && machine->link())
    unlink(*machine->link(), now);
  Machines::destroy_client(number, now);
}

void BrokerMachines::exchange(mqtt::Instant now) {
  if (!broker_) return;
  for (const std::uint32_t connection : std::exchange(resumed_, {}))
    send_to_client(connection, now);
  std::size_t sent = 0;
  while (true) {
    for (; sent < touched().size(); ++sent)
      send_to_broker(*touched()[sent], now);
    bool moved = false;
    while (const auto ready = broker_->take_ready()) {
      const BrokerMachine::Connection* const connection = broker_->connection(*ready);
      if (connection == nullptr) continue;
      if (connection->client) {
        send_to_client(*ready, now);
        moved = true;
      } else {
        broker_->note_ready(*ready);
      }
    }
    if (!moved) break;
    sent = 0;
  }
}

void BrokerMachines::send_to_broker(ClientMachine& machine, mqtt::Instant now) {
  if (!machine.link()) return;
  const BrokerMachine::Connection* const connection = broker_->connection(*machine.link());
  if (connection == nullptr) return;
  move_bytes(
      machine.client().output(), [&](mqtt::Bytes bytes) { broker_->core().receive(connection->id, bytes, now); },
      [&](std::size_t count) { machine.client().consume_output(count, now); });
  // Only asks for the transport's end, as there is no output left.
  machine.write_output(now);
}

void BrokerMachines::send_to_client(std::uint32_t number, mqtt::Instant now) {
  const BrokerMachine::Connection* const connection = broker_->connection(number);
  if (connection == nullptr || !connection->client || !connection->is_writable) return;
  ClientMachine* const machine = client(*connection->client);
  if (machine == nullptr) return;
  touch(*machine);
  const mqtt::ConnectionId id = connection->id;
  move_bytes(
      broker_->core().output(id), [&](mqtt::Bytes bytes) { machine->client().receive(bytes, now); },
      [&](std::size_t count) { broker_->core().consume_output(id, count); });
  if (!broker_->core().should_close(id)) return;
  machine->set_link(std::nullopt);
  broker_->close(number, now);
  boundary().events.event(EventKind::LinkClosed, number);
}

void BrokerMachines::consume_other_output() {
  if (broker_) broker_->consume_output();
}

void BrokerMachines::advance_others(mqtt::Instant now) {
  if (broker_ && now >= broker_->core().next_deadline()) broker_->core().advance(now);
}

void BrokerMachines::write_other_output() {
  if (broker_) broker_->write_output();
}

mqtt::Instant BrokerMachines::others_deadline() const {
  return broker_ ? broker_->core().next_deadline() : mqtt::kNever;
}

void BrokerMachines::count(Statistics& statistics) const {
  if (!broker_) return;
  const mqtt::BrokerStatistics& now = broker_->core().statistics();
  statistics = {static_cast<double>(now.publishes_received), static_cast<double>(now.publishes_sent),
                static_cast<double>(now.publishes_dropped),  static_cast<double>(now.bytes_received),
                static_cast<double>(now.bytes_sent),         static_cast<double>(now.connections_accepted),
                static_cast<double>(now.connections),        static_cast<double>(now.sessions),
                static_cast<double>(now.subscriptions),      static_cast<double>(now.retained_messages)};
}

std::unique_ptr<Machines> make_machines() {
  return std::make_unique<BrokerMachines>();
}

}  // namespace wasmqtt
