// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// A process's place among those that a launcher has started to train one model together.
package struct WorkerMembership: Equatable, Sendable {
  /// This process's number, from 0.
  package var rank: Int
  /// The number of processes.
  package var count: Int
  /// How many of them are on this machine.
  package var localCount: Int
  /// Where they find each other.
  package var host: String
  /// On which port.
  package var port: UInt16
  /// Whether the launcher serves the store; else the first process does.
  package var isServed: Bool
  /// Tells one try of a launcher from the next.
  package var attempt = "0"

  /// A place.
  package init(
    rank: Int, count: Int, localCount: Int, host: String, port: UInt16, isServed: Bool,
    attempt: String = "0"
  ) {
    (self.rank, self.count, self.localCount) = (rank, count, localCount)
    (self.host, self.port, self.isServed, self.attempt) = (host, port, isServed, attempt)
  }

  /// What a launcher's variables say.
  ///
  /// - Parameter environment: The process's variables.
  /// - Returns: Its place; nil where no launcher started it, or it alone.
  /// - Throws: `EquipoiseError` for variables that contradict each other or lack an address.
  package static func found(in environment: [String: String]) throws -> WorkerMembership? {
    let variables = LauncherVariables(environment)
    if let rank = try variables.number("RANK"), let count = try variables.number("WORLD_SIZE") {
      return try torchrun(variables, rank, count)
    }
    // SLURM_NTASKS is there in a batch script, too, which nobody else accompanies.
    if let rank = try variables.number("SLURM_PROCID"),
      let count = try variables.number("SLURM_STEP_NUM_TASKS")
    {
      let job = try variables.number("SLURM_JOB_ID") ?? 0
      return try variables.membership(
        rank, count, local: variables.slurmTasksOnNode, port: 15_000 + job % 20_000,
        host: variables["SLURM_STEP_NODELIST"].flatMap(SlurmNodes.first))
    }
    if let rank = try variables.number("OMPI_COMM_WORLD_RANK"),
      let count = try variables.number("OMPI_COMM_WORLD_SIZE")
    {
      let local = try variables.number("OMPI_COMM_WORLD_LOCAL_SIZE") ?? 1
      return try variables.membership(
        rank, count, local: local, port: 29_500, host: local == count ? "127.0.0.1" : nil)
    }
    if let rank = try variables.number("PMI_RANK"), let count = try variables.number("PMI_SIZE") {
      let local = try variables.number("MPI_LOCALNRANKS") ?? 1
      return try variables.membership(
        rank, count, local: local, port: 29_500, host: local == count ? "127.0.0.1" : nil)
    }
    return nil
  }

  private static func torchrun(
    _ variables: LauncherVariables, _ rank: Int, _ count: Int
  ) throws -> WorkerMembership? {
    let local = try variables.number("LOCAL_WORLD_SIZE") ?? 1
    var membership = try variables.membership(
      rank, count, local: local, port: 29_500, host: local == count ? "127.0.0.1" : nil)
    membership?.isServed = variables["TORCHELASTIC_USE_AGENT_STORE"] == "True"
    membership?.attempt = variables["TORCHELASTIC_RESTART_COUNT"] ?? "0"
    return membership
  }

  /// The variables by which a process finds its place.
  package var variables: [String: String] {
    [
      "RANK": "\(rank)", "WORLD_SIZE": "\(count)", "LOCAL_WORLD_SIZE": "\(localCount)",
      "MASTER_ADDR": host, "MASTER_PORT": "\(port)",
      "TORCHELASTIC_USE_AGENT_STORE": isServed ? "True" : "False",
      "TORCHELASTIC_RESTART_COUNT": attempt,
    ]
  }
}

/// Variables of the environment, read strictly.
private struct LauncherVariables {
  private let environment: [String: String]

  init(_ environment: [String: String]) { self.environment = environment }

  subscript(name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

  func number(_ name: String) throws -> Int? {
    guard let text = self[name] else { return nil }
    guard let number = Int(text), number >= 0 else {
      throw EquipoiseError(
        .usage, "the variable \(name) is '\(text)', which is not a number", at: "the environment",
        fix: "unset it, or start the program by torchrun, srun or mpirun")
    }
    return number
  }

  /// Of "2(x3),1" the first: as many tasks are on the first node.
  var slurmTasksOnNode: Int {
    let text = self["SLURM_STEP_TASKS_PER_NODE"] ?? self["SLURM_TASKS_PER_NODE"] ?? "1"
    return Int(text.prefix { $0.isNumber }) ?? 1
  }

  func membership(
    _ rank: Int, _ count: Int, local: Int, port: Int, host: String?
  ) throws -> WorkerMembership? {
    guard count > 1 else { return nil }
    guard rank < count else {
      throw EquipoiseError(
        .usage, "this is worker \(rank), and there are \(count)", at: "the environment",
        fix: "unset RANK and WORLD_SIZE, or start the program by torchrun, srun or mpirun")
    }
    guard let host = self["MASTER_ADDR"] ?? host else {
      throw EquipoiseError(
        .usage, "the \(count) workers do not know where to meet", at: "the environment",
        fix: "set MASTER_ADDR to the name of the machine of worker 0")
    }
    let given = try number("MASTER_PORT") ?? port
    guard let port = UInt16(exactly: given), port > 0 else {
      throw EquipoiseError(
        .usage, "MASTER_PORT is \(given)", at: "the environment",
        fix: "set it to a free port from 1024 to 65535")
    }
    return WorkerMembership(
      rank: rank, count: count, localCount: min(max(1, local), count), host: host, port: port,
      isServed: false)
  }
}

/// SLURM's lists of nodes.
enum SlurmNodes {
  /// The first of a list such as `node[03-05,07],other`: `node03`.
  static func first(_ list: String) -> String? {
    let name = list.prefix { $0 != "," && $0 != "[" }
    guard list.dropFirst(name.count).first == "[" else {
      return name.isEmpty ? nil : String(name)
    }
    let number = list.dropFirst(name.count + 1).prefix { $0.isNumber }
    let rest = list.dropFirst(name.count).drop { $0 != "]" }.dropFirst().prefix { $0 != "," }
    return number.isEmpty ? nil : String(name + number + rest)
  }
}
