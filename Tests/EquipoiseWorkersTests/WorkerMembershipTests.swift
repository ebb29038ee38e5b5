// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import Testing

@testable import EquipoiseWorkers

struct WorkerMembershipTests {
  private func found(_ variables: String) throws -> WorkerMembership? {
    let pairs = variables.split(separator: " ").map { $0.split(separator: "=", maxSplits: 1) }
    return try WorkerMembership.found(
      in: Dictionary(uniqueKeysWithValues: pairs.map { (String($0[0]), String($0[1])) }))
  }

  @Test func withoutLauncherThereIsNone() throws {
    #expect(try found("HOME=/root SLURM_NTASKS=4 SLURM_JOB_ID=7") == nil)
    #expect(try found("RANK=0 WORLD_SIZE=1 MASTER_ADDR=a MASTER_PORT=1") == nil)
  }

  @Test func torchrun() throws {
    let common = "RANK=3 WORLD_SIZE=4 LOCAL_RANK=1 LOCAL_WORLD_SIZE=2 MASTER_ADDR=one"
    let expected = WorkerMembership(
      rank: 3, count: 4, localCount: 2, host: "one", port: 29_400, isServed: true, attempt: "2")
    #expect(
      try found(
        common + " MASTER_PORT=29400 TORCHELASTIC_USE_AGENT_STORE=True TORCHELASTIC_RESTART_COUNT=2"
      ) == expected)
    #expect(try found(common)?.isServed == false)
    #expect(try found(common)?.port == 29_500)
  }

  @Test func srun() throws {
    let found = try found(
      "SLURM_PROCID=5 SLURM_STEP_NUM_TASKS=6 SLURM_JOB_ID=20007 SLURM_STEP_TASKS_PER_NODE=2(x3) "
        + "SLURM_STEP_NODELIST=node[03-05]")
    #expect(
      found
        == WorkerMembership(
          rank: 5, count: 6, localCount: 2, host: "node03", port: 15_007, isServed: false))
  }

  @Test(arguments: [
    ("a", "a"), ("a,b", "a"), ("n[1-4]", "n1"), ("n[07,9],m", "n07"), ("g[2-3]-x,h", "g2-x"),
  ])
  func firstNode(list: String, name: String) { #expect(SlurmNodes.first(list) == name) }

  @Test func mpirun() throws {
    let local = "OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=2 OMPI_COMM_WORLD_LOCAL_SIZE="
    #expect(try found(local + "2")?.host == "127.0.0.1")
    let lost = #expect(throws: EquipoiseError.self) { try found(local + "1") }
    #expect(lost?.remedy == "set MASTER_ADDR to the name of the machine of worker 0")
    #expect(try found("PMI_RANK=0 PMI_SIZE=2 MPI_LOCALNRANKS=2")?.rank == 0)
  }

  @Test func nonsenseIsRefused() {
    for variables in [
      "RANK=x WORLD_SIZE=2", "RANK=2 WORLD_SIZE=2 MASTER_ADDR=a",
      "RANK=0 WORLD_SIZE=2 MASTER_ADDR=a MASTER_PORT=70000",
    ] {
      #expect(throws: EquipoiseError.self, "\(variables)") { try found(variables) }
    }
  }

  /// A worker finds its place by the variables that the launcher gives it.
  @Test func variablesLeadBack() throws {
    let own = WorkerMembership(
      rank: 1, count: 3, localCount: 3, host: "127.0.0.1", port: 4242, isServed: true,
      attempt: "1")
    #expect(try WorkerMembership.found(in: own.variables) == own)
  }
}
