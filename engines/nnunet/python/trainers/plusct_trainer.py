"""plusct's trainer: nnU-Net's own training with a length that can be set, and checkpoints that are always whole.

What it is set to comes as JSON in PLUSCT_NNUNET_TRAINING: epochs, iterationsPerEpoch, learningRate, seed.
"""

import json
import os
import random

import numpy as np
import torch
from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer

# What `predict` needs and no more: a model without the state of its optimiser is half as large.
MODEL = "checkpoint_model.pth"
UNUSED = "checkpoint_best.pth"


class PlusctTrainer(nnUNetTrainer):
    def __init__(self, plans, configuration, fold, dataset_json, device=torch.device("cuda")):
        super().__init__(plans, configuration, fold, dataset_json, device)
        chosen = json.loads(os.environ["PLUSCT_NNUNET_TRAINING"])
        self.num_epochs = chosen["epochs"]
        self.num_iterations_per_epoch = chosen["iterationsPerEpoch"]
        # nnU-Net's own share: 50 for 250.
        self.num_val_iterations_per_epoch = max(1, round(self.num_iterations_per_epoch / 5))
        self.initial_lr = chosen["learningRate"]
        self.save_every = 1
        # Nobody looks at the picture, and drawing it anew after each epoch takes seconds.
        self.logger.plot_progress_png = lambda output_folder: None
        for seed in (random.seed, np.random.seed, torch.manual_seed):
            seed(chosen["seed"])

    def plot_network_architecture(self):
        """Needs a package that nnU-Net does not bring, and nobody looks at the picture."""

    def save_checkpoint(self, filename):
        """Under another name first: a kill while it is written must not cost the checkpoint before it."""
        if os.path.basename(filename) == UNUSED:
            return
        partial = filename + ".partial"
        super().save_checkpoint(partial)
        os.replace(partial, filename)
        self.print_to_log_file(f"Saved {os.path.basename(filename)} after epoch {self.current_epoch}")

    def load_checkpoint(self, filename_or_checkpoint):
        """A model whose training goes on has no optimiser state: momentum then begins at zero."""
        if not self.was_initialized:
            self.initialize()
        checkpoint = torch.load(filename_or_checkpoint, map_location=self.device, weights_only=False)
        if checkpoint["optimizer_state"] is None:
            checkpoint["optimizer_state"] = self.optimizer.state_dict()
            whole = filename_or_checkpoint + ".whole"
            torch.save(checkpoint, whole)
            os.replace(whole, filename_or_checkpoint)
        del checkpoint
        super().load_checkpoint(filename_or_checkpoint)

    def on_train_end(self):
        super().on_train_end()
        final = os.path.join(self.output_folder, "checkpoint_final.pth")
        checkpoint = torch.load(final, map_location="cpu", weights_only=False)
        checkpoint["optimizer_state"] = checkpoint["grad_scaler_state"] = None
        # The network is that of nnU-Net's own trainer, so that any nnU-Net can load the model.
        checkpoint["trainer_name"] = nnUNetTrainer.__name__
        model = os.path.join(self.output_folder, MODEL)
        torch.save(checkpoint, model + ".partial")
        os.replace(model + ".partial", model)

    def perform_actual_validation(self, save_probabilities=False):
        """With fold `all` it would predict every training case again, and say nothing of others."""
