// The clients of one module: blocks of commands in, blocks of events out.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "boundary.h"
#include "client_machine.h"
#include "command_reader.h"
#include "mqtt/base/bytes.h"
#include "mqtt/base/time.h"
#include "records.h"

namespace wasmqtt {

// JavaScript writes a block of commands to reserve(), calls step() and reads what results() says. The broker module
// derives from it.
class Machines {
 public:
  Machines() = default;
  virtual ~Machines() = default;
  Machines(const Machines&) = delete;
  Machines& operator=(const Machines&) = delete;

  // Room for a block of commands: its address, good until the next reserve().
  std::uint8_t* reserve(std::size_t bytes);
  // Carries out the first `length` bytes of the block, and what is due at `now`. Answers the next deadline.
  mqtt::Instant step(std::size_t length, mqtt::Instant now);
  // The same object for ever; its content is that of the last step.
  const StepResults& results() const { return results_; }
  // The broker's figures as of now, in the order of StatisticsField; all zero where there is no broker. Good until the
  // next call.
  const double* statistics();

 protected:
  using Statistics = std::array<double, static_cast<std::size_t>(StatisticsField::RetainedMessages) + 1>;

  // What the broker module adds, at its place in step().
  virtual void consume_other_output() {}
  virtual void carry_out_other(CommandReader&, mqtt::Instant) {}
  virtual void advance_others(mqtt::Instant) {}
  // Moves bytes between machines of this module until none are left to move.
  virtual void exchange(mqtt::Instant) {}
  virtual void write_other_output() {}
  virtual mqtt::Instant others_deadline() const { return mqtt::kNever; }
  virtual void count(Statistics&) const {}

  Boundary& boundary() { return boundary_; }
  // nullptr if there is none of this number.
  ClientMachine* client(std::uint32_t number);
  // Has the machine looked after at the step's end: its output, its deadline.
  void touch(ClientMachine& client);
  const std::vector<ClientMachine*>& touched() const { return touched_; }
  virtual void destroy_client(std::uint32_t number, mqtt::Instant now);

 private:
  void consume_output();
  void carry_out(CommandReader& command, mqtt::Instant now);
  void advance(mqtt::Instant now);
  void note_deadline(ClientMachine& client);

  mqtt::ByteBuffer block_;
  Boundary boundary_;
  std::vector<std::unique_ptr<ClientMachine>> clients_;  // by number
  std::vector<ClientMachine*> touched_;                  // since the last step's begin
  // Of the clients; it may be too early, never too late, and is kNever once none waits: a timer keeps a Node process
  // alive.
  mqtt::Instant deadline_ = mqtt::kNever;
  std::size_t waiting_ = 0;  // clients that have a deadline
  StepResults results_{};
  Statistics statistics_{};
};

// The module's own choice: Machines, or what the broker module makes of it.
std::unique_ptr<Machines> make_machines();

}  // namespace wasmqtt
